/** @file State: how long a run will take, told before it starts; always an estimate, never shown as a measurement. */
import { formatDuration, formatMs } from '$lib/base/format';
import { totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import type { Timed } from './step-time.svelte';
import type { TrainView } from './train-run';

/**
 * Forward multiply-adds a training worker gets through in a second, backward pass included, until a run here was timed:
 * 13.5 GFLOP/s over six flops per multiply-add of a training step, halved for a shared machine.
 */
export const assumedMaddsPerSecond = 1.1e9;

/** What a training costs: forward multiply-adds of one picture, and how many pictures go through. */
export interface TrainingSize {
  readonly madds: number;
  readonly pictures: number;
  readonly epochs: number;
}

/** Milliseconds a training takes at a rate of forward multiply-adds a second. */
export function trainingMs(size: TrainingSize, maddsPerSecond: number): number {
  return ((size.madds * size.pictures * size.epochs) / maddsPerSecond) * 1000;
}

/** The rate a finished run reached: pictures a second times multiply-adds of a picture; null without a run. */
export function rateOf(imagesPerSecond: number | null, madds: number): number | null {
  return imagesPerSecond === null || imagesPerSecond <= 0 || madds <= 0 ? null : imagesPerSecond * madds;
}

/** Milliseconds left when a share of the work is done after some time; null before a hundredth is done. */
export function remainingMs(share: number, elapsedMs: number): number | null {
  return share < 0.01 ? null : (elapsedMs / share) * (1 - share);
}

/** What is known before a training. */
export interface Expected {
  /** The network as fitted to the pictures. */
  readonly ops: readonly Op[];
  /** The training shown, which may tell a rate. */
  readonly view: TrainView | null;
  readonly timed: Timed | null;
  /** Whether a step is being timed just now. */
  readonly timing: boolean;
  readonly form: { readonly epochs: number; readonly batchSize: number };
  /** Pictures of one pass. */
  readonly pictures: number;
}

/** How long a training will take, in words: by a timed step, by the rate of the last training, or by a guess. */
export function trainEstimate({ ops, view, timed, timing, form, pictures }: Expected): string {
  if (timed?.kind === 'ok') {
    const steps = Math.ceil(pictures / form.batchSize) * form.epochs;
    return m.train_estimate_timed({
      // Validated after every epoch, and once more for the report.
      time: formatDuration(timed.stepMs * steps + timed.answersMs * (form.epochs + 1)),
      batch: form.batchSize,
      ms: formatMs(timed.stepMs)
    });
  }
  const { madds } = totalCost(ops);
  const rate = view?.arch ? rateOf(view.imagesPerSecond, totalCost(lower(view.arch)).madds) : null;
  const size = { madds, pictures, epochs: form.epochs };
  const time = formatDuration(trainingMs(size, rate ?? assumedMaddsPerSecond));
  return timing ? m.train_estimate_timing({ time }) : m.run_estimate({ time });
}
