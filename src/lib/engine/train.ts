/** @file Step 4, network: training by a recipe, as a stream of events; leave the loop to stop. */
import type { Dataset } from '$lib/data/dataset';
import { m } from '$paraglide/messages';
import type { Network } from './engine';
import { asKept } from './as-kept';
import { evaluate } from './evaluate';
import type { Recipe } from './recipe';
import { picturesPerEpoch, runSteps, stepsPerEpoch } from './steps';
import type { Tutor } from './tutor';

/**
 * Progress inside an epoch; loss and accuracy are means over the epoch so far, before each update. Accuracy is the share
 * of what is right: of pictures, of a mask's pixels, or of the default boxes that have a thing to find.
 */
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
  /** By the figure of the network's head. */
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
  /** Whose answers are learned from, too. */
  readonly tutor?: Tutor;
}

const EVENT_EVERY_MS = 200;

/**
 * Trains a network; yields at most five step events a second and one event per epoch. Batches of an epoch differ in size
 * by one picture at most; validation sees the averaged weights where the recipe averages. Throws when there is nothing to train on; a loss that is no number, in training or validation, ends in a failed event.
 */
export async function* train(
  network: Network,
  dataset: Dataset,
  recipe: Recipe,
  { clock, startEpoch = 0, pause, tutor }: TrainOptions
): AsyncGenerator<TrainEvent> {
  const total = picturesPerEpoch(dataset, recipe);
  const perEpoch = stepsPerEpoch(dataset, recipe);
  const steps = perEpoch * recipe.epochs;
  const first = startEpoch * perEpoch;
  const began = clock();
  let reported = began;
  let stepBegan = began;
  let trainedMs = 0;
  let seen = 0;
  let sums = { count: 0, loss: 0, correct: 0 };

  for await (const done of runSteps(network, dataset, recipe, {
    from: first,
    to: steps,
    scheduleFrom: 0,
    scheduleSteps: steps,
    ...(tutor && { tutor })
  })) {
    const { step, count, loss, correct, learningRate } = done;
    const epoch = Math.floor(step / perEpoch);
    if (!Number.isFinite(loss)) {
      yield { kind: 'failed', epoch, step, reason: m.engine_loss_broken({ loss, step }) };
      return;
    }
    sums = { count: sums.count + count, loss: sums.loss + loss * count, correct: sums.correct + correct };
    seen += count;
    const now = clock();
    trainedMs += now - stepBegan;
    const imagesPerSecond = trainedMs > 0 ? (seen * 1000) / trainedMs : 0;
    const last = (step + 1) % perEpoch === 0;
    if (now - reported >= EVENT_EVERY_MS || last) {
      reported = now;
      const elapsedMs = now - began;
      yield {
        kind: 'step',
        epoch,
        step: step + 1,
        steps,
        loss: sums.loss / sums.count,
        accuracy: sums.correct / sums.count,
        learningRate,
        imagesPerSecond,
        elapsedMs,
        remainingMs: (elapsedMs / (step + 1 - first)) * (steps - step - 1)
      };
    }
    if (last) {
      const options = { batchSize: recipe.batchSize, ...(pause && { pause }) };
      const validation = await asKept(network, recipe, () => evaluate(network, 'validation', dataset, options));
      if (!Number.isFinite(validation.loss)) {
        const reason = m.engine_validation_broken({ loss: validation.loss, epoch: epoch + 1 });
        yield { kind: 'failed', epoch, step, reason };
        return;
      }
      yield {
        kind: 'epoch',
        epoch,
        epochs: recipe.epochs,
        trainLoss: sums.loss / total,
        trainAccuracy: sums.correct / total,
        validationLoss: validation.loss,
        validationAccuracy: validation.value,
        imagesPerSecond,
        elapsedMs: clock() - began
      };
      sums = { count: 0, loss: 0, correct: 0 };
    }
    stepBegan = clock();
  }
}
