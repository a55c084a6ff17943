/** @file Step 4, network: training by a recipe, as a stream of events; leave the loop to stop. */
import { rngOf, shuffle, type Rng } from '$lib/base/rng';
import { mirror, normalise } from '$lib/data/batches';
import type { Dataset } from '$lib/data/dataset';
import type { Network } from './engine';
import { evaluate } from './evaluate';
import { learningRateAt, type Recipe } from './recipe';

/** Progress inside an epoch; loss and accuracy are means over the epoch so far, before each update. */
export interface StepEvent {
  readonly kind: 'step';
  /** Counted from 0. */
  readonly epoch: number;
  /** Steps done and in all, over the whole run. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly elapsedMs: number;
  readonly remainingMs: number;
}

/** The end of an epoch with its score on the validation split. */
export interface EpochEvent {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly epochs: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly imagesPerSecond: number;
  readonly elapsedMs: number;
}

/** The run broke off: its numbers are of no use. */
export interface FailedEvent {
  readonly kind: 'failed';
  readonly epoch: number;
  readonly step: number;
  readonly reason: string;
}

export type TrainEvent = StepEvent | EpochEvent | FailedEvent;

/** A clock in ms; `startEpoch` goes on after a checkpoint; `pause` is awaited between validation batches. */
export interface TrainOptions {
  readonly clock: () => number;
  readonly startEpoch?: number;
  readonly pause?: () => Promise<void>;
}

const EVENT_EVERY_MS = 200;

/** The pictures a recipe trains on, and in which order an epoch shows them; depends on seed and epoch alone. */
function orderOf(recipe: Recipe, available: number, epoch: number): number[] {
  const rng = rngOf(recipe.seed);
  const all = Array.from({ length: available }, (_, index) => index);
  const limit = Math.min(available, recipe.trainLimit ?? available);
  const chosen = limit < available ? shuffle(all, rng.fork('subset')).slice(0, limit) : all;
  return shuffle(chosen, rng.fork(`epoch${epoch}`));
}

function mirrorSome(images: Float32Array, count: number, shape: Dataset['shape'], rng: Rng): void {
  for (let row = 0; row < count; row++) if (rng.next() < 0.5) mirror(images, row, shape);
}

/**
 * Trains a network; yields at most five step events a second and one event per epoch. Batches of an epoch differ in size
 * by one picture at most. Throws when there is nothing to train on; a loss that is no number ends in a failed event.
 */
export async function* train(
  network: Network,
  dataset: Dataset,
  recipe: Recipe,
  { clock, startEpoch = 0, pause }: TrainOptions
): AsyncGenerator<TrainEvent> {
  const available = dataset.splits.train.count;
  const total = Math.min(available, recipe.trainLimit ?? available);
  if (total < 1) throw new Error('train split: must hold a picture to train on, it is empty');
  const perEpoch = Math.ceil(total / recipe.batchSize);
  const steps = perEpoch * recipe.epochs;
  const [height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const images = new Float32Array(Math.min(recipe.batchSize, total) * size);
  const began = clock();
  let reported = began;
  let trainedMs = 0;
  let seen = 0;

  for (let epoch = startEpoch; epoch < recipe.epochs; epoch++) {
    const order = orderOf(recipe, available, epoch);
    const flips = rngOf(recipe.seed).fork(`flip${epoch}`);
    let loss = 0;
    let correct = 0;
    for (let i = 0; i < perEpoch; i++) {
      const from = Math.floor((i * total) / perEpoch);
      const to = Math.floor(((i + 1) * total) / perEpoch);
      const count = to - from;
      const stepBegan = clock();
      const labels = normalise(dataset, 'train', order.slice(from, to), images);
      if (recipe.flip) mirrorSome(images, count, dataset.shape, flips);
      const step = epoch * perEpoch + i;
      const learningRate = learningRateAt(step, steps, recipe);
      const { momentum, weightDecay } = recipe;
      const batch = { count, images: images.subarray(0, count * size), labels };
      const result = await network.trainStep(batch, { learningRate, momentum, weightDecay });
      if (!Number.isFinite(result.loss)) {
        yield { kind: 'failed', epoch, step, reason: `loss must be a number, got ${result.loss} at step ${step}` };
        return;
      }
      loss += result.loss * count;
      correct += result.correct;
      seen += count;
      const now = clock();
      trainedMs += now - stepBegan;
      if (now - reported < EVENT_EVERY_MS && i < perEpoch - 1) continue;
      reported = now;
      const elapsedMs = now - began;
      const done = step + 1 - startEpoch * perEpoch;
      yield {
        kind: 'step',
        epoch,
        step: step + 1,
        steps,
        loss: loss / to,
        accuracy: correct / to,
        learningRate,
        imagesPerSecond: trainedMs > 0 ? (seen * 1000) / trainedMs : 0,
        elapsedMs,
        remainingMs: (elapsedMs / done) * (steps - step - 1)
      };
    }
    const options = { batchSize: recipe.batchSize, ...(pause && { pause }) };
    const validation = await evaluate(network, 'validation', dataset, options);
    yield {
      kind: 'epoch',
      epoch,
      epochs: recipe.epochs,
      trainLoss: loss / total,
      trainAccuracy: correct / total,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      imagesPerSecond: trainedMs > 0 ? (seen * 1000) / trainedMs : 0,
      elapsedMs: clock() - began
    };
  }
}
