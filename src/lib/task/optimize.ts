/** @file Tasks: how a network is made to learn, as data: the rule of an update, its schedule, changes to the pictures. */
import type { Augmentation } from '$lib/data/augment';

/**
 * The rule of an update: SGD and Adam(W) as PyTorch's; RMSProp as TensorFlow's, with which the MobileNets were trained:
 * epsilon inside the root, the learning rate inside the momentum, averages that begin at 0.
 */
export type Optimizer =
  | { readonly kind: 'sgd'; readonly momentum: number; readonly nesterov: boolean }
  | {
      readonly kind: 'adam';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      /** AdamW: decay shrinks the weights beside the gradient instead of inside it. */
      readonly decoupled: boolean;
    }
  | { readonly kind: 'rmsprop'; readonly decay: number; readonly momentum: number; readonly epsilon: number };

/** One update of the weights; decay skips norms and biases. */
export interface Update {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly optimizer: Optimizer;
  /** Largest length of all gradients together; longer ones are scaled down to it. */
  readonly clipNorm: number | null;
  /** Share of the averaged weights kept at each step; null keeps no average. */
  readonly averaging: number | null;
}

/**
 * How the learning rate moves between its highest value and 0. `warmupSteps` rise in a line first, never more than a
 * tenth of the run. `cosine`: half a cosine to 0 (Loshchilov and Hutter 2017, eq. 5). `step`: times `factor` at each of
 * the shares `drops` of the run. `oneCycle`: PyTorch's OneCycleLR: from 1/`startFactor` up during the share `rise` of
 * the run, then down to 1/`endFactor` of the start, both along half a cosine (Smith and Topin 2018).
 */
export type Schedule =
  | { readonly kind: 'cosine' | 'constant'; readonly warmupSteps: number }
  | { readonly kind: 'step'; readonly warmupSteps: number; readonly drops: readonly number[]; readonly factor: number }
  | { readonly kind: 'oneCycle'; readonly rise: number; readonly startFactor: number; readonly endFactor: number };

/** Usual settings of each optimiser: PyTorch's defaults; RMSProp's decay and momentum are those of MobileNetV3 §6.1.1. */
export const optimizers = {
  sgd: { kind: 'sgd', momentum: 0.9, nesterov: true },
  adam: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: false },
  adamw: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true },
  rmsprop: { kind: 'rmsprop', decay: 0.9, momentum: 0.9, epsilon: 1e-3 }
} as const satisfies Record<string, Optimizer>;

/** Usual settings of each schedule. */
export const schedules = {
  cosine: { kind: 'cosine', warmupSteps: 30 },
  step: { kind: 'step', warmupSteps: 30, drops: [1 / 2, 3 / 4], factor: 0.1 },
  oneCycle: { kind: 'oneCycle', rise: 0.3, startFactor: 25, endFactor: 1e4 },
  constant: { kind: 'constant', warmupSteps: 30 }
} as const satisfies Record<Schedule['kind'], Schedule>;

/** Pictures as they are. */
export const plainPictures: Augmentation = { flip: false, crop: 0, cutout: 0 };
