/** @file Tasks: the learning rate and weight decay each optimizer begins well with on some thousand small pictures. */
import type { optimizers } from './optimize';

export type OptimizerName = keyof typeof optimizers;

/** Where a training starts that nobody tuned. */
export const usual: Readonly<Record<OptimizerName, { readonly learningRate: number; readonly weightDecay: number }>> = {
  sgd: { learningRate: 0.05, weightDecay: 5e-4 },
  adam: { learningRate: 0.003, weightDecay: 0 },
  adamw: { learningRate: 0.003, weightDecay: 0.02 },
  rmsprop: { learningRate: 0.003, weightDecay: 1e-5 }
};
