/** @file Test support: updates of the weights in few words. */
import type { Update } from '../../src/lib/task/optimize';

/** SGD with Nesterov momentum; by default the weights stand still. */
export function nesterov({ learningRate = 0, momentum = 0, weightDecay = 0 } = {}): Update {
  const optimizer = { kind: 'sgd', momentum, nesterov: true } as const;
  return { learningRate, weightDecay, optimizer, clipNorm: null, averaging: null };
}

/** No update at all. */
export const still = nesterov();
