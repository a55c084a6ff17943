/** @file Step 6, search: the port to whatever trains a candidate; the search never sees an engine. */
import type { Architecture } from '$lib/arch/architecture';
import type { Tensors } from '$lib/weights/checkpoint';

/** A wish to stop, structurally a small `AbortSignal`. */
export interface StopSignal {
  readonly aborted: boolean;
  /** Calls back once when the wish comes; at once if it has come already. */
  onAbort(listener: () => void): void;
}

/** Train from `startEpoch` to `epochs` (both may be fractions), then score on the validation split. */
export interface EvaluationJob {
  readonly id: number;
  readonly arch: Architecture;
  /** Of initial weights, batch order and augmentation; equal for every rung of a trial. */
  readonly seed: number;
  readonly epochs: number;
  readonly startEpoch: number;
  /** Weights at `startEpoch`; null at epoch 0. */
  readonly start: Tensors | null;
  readonly signal?: StopSignal;
  /** Share of this job done, 0..1. */
  readonly progress?: (fraction: number) => void;
}

/** Validation accuracy 0..1 with the trained weights, or why there is none. */
export type Evaluation = { readonly score: number; readonly trained: Tensors } | { readonly failed: string };

export interface Evaluator {
  evaluate(job: EvaluationJob): Promise<Evaluation>;
}
