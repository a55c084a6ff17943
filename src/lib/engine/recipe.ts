/** @file Step 4, network: how to train, as data: epochs, batch, optimiser, learning rate and its schedule. */
import { unreachable } from '$lib/base/assert';
import type { Augmentation } from '$lib/data/augment';
import { optimizers, plainPictures, schedules, type Optimizer, type Schedule, type Update } from '$lib/task/optimize';

/** A training recipe. */
export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  /** Highest learning rate. */
  readonly learningRate: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Penalty on convolution and dense weights. */
  readonly weightDecay: number;
  /** Share of the truth spread evenly over all classes. */
  readonly smoothing: number;
  /** Largest length of all gradients together, or none. */
  readonly clipNorm: number | null;
  /** Share of the averaged weights kept at each step, or no average. */
  readonly averaging: number | null;
  /** Changes to each picture, drawn anew each epoch. */
  readonly augment: Augmentation;
  readonly seed: number;
  /** Train on this many pictures, chosen by the seed, instead of all. */
  readonly trainLimit?: number;
}

/** The recipe for some thousand small pictures of things, tuned on Fashion-MNIST; single fields can be replaced. */
export function defaultRecipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    epochs: 8,
    batchSize: 32,
    learningRate: 0.05,
    optimizer: optimizers.sgd,
    schedule: schedules.cosine,
    weightDecay: 5e-4,
    smoothing: 0,
    clipNorm: null,
    averaging: null,
    augment: plainPictures,
    seed: 1,
    ...changes
  };
}

/** The update of a step under a recipe. */
export function updateOf(recipe: Recipe, learningRate: number): Update {
  const { weightDecay, optimizer, clipNorm, averaging } = recipe;
  return { learningRate, weightDecay, optimizer, clipNorm, averaging };
}

/** Half a cosine from one value to another as `progress` goes from 0 to 1. */
const eased = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;

/** The oneCycle of torch.optim.lr_scheduler.OneCycleLR: its first phase ends a step before `rise` of the run. */
function oneCycle(step: number, steps: number, { learningRate, schedule }: Recipe & { schedule: OneCycle }): number {
  const start = learningRate / schedule.startFactor;
  const top = schedule.rise * steps - 1;
  if (step <= top) return eased(start, learningRate, top > 0 ? step / top : 1);
  return eased(learningRate, start / schedule.endFactor, (step - top) / (steps - 1 - top));
}

type OneCycle = Schedule & { kind: 'oneCycle' };

/** Learning rate of step 0..steps-1 of a run. */
export function learningRateAt(step: number, steps: number, recipe: Recipe): number {
  const { schedule, learningRate } = recipe;
  if (schedule.kind === 'oneCycle') return oneCycle(step, steps, { ...recipe, schedule });
  const warmup = Math.min(schedule.warmupSteps, Math.floor(steps / 10));
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  if (schedule.kind === 'constant') return learningRate;
  if (schedule.kind === 'step') {
    return schedule.drops
      .filter((share) => step >= share * steps)
      .reduce((rate) => rate * schedule.factor, learningRate);
  }
  if (schedule.kind !== 'cosine') return unreachable(schedule.kind);
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}
