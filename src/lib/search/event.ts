/** @file Step 6, search: what a running search tells its consumer; all JSON but the trained tensors. */
import type { Tensors } from '$lib/weights/checkpoint';
import type { Trial } from './trial';

/** What one training job gave: a score, or why it failed; enough to replay it. */
export interface FinishedJob {
  readonly id: number;
  readonly rung: number;
  readonly candidate: string;
  readonly score: number | null;
  readonly failed: string | null;
}

/**
 * asked: a new candidate, rejected or about to train · started, progress (0..1), finished: one training job ·
 * settled: a trial's final status · best: a new best so far · done: everything, in id order.
 */
export type SearchEvent =
  | { readonly kind: 'asked'; readonly trial: Trial }
  | {
      readonly kind: 'started';
      readonly id: number;
      readonly rung: number;
      readonly startEpoch: number;
      readonly epochs: number;
    }
  | { readonly kind: 'progress'; readonly id: number; readonly rung: number; readonly fraction: number }
  | {
      readonly kind: 'finished';
      readonly trial: Trial;
      readonly job: FinishedJob;
      /** Weights after this rung; null when it failed or its result was replayed from a log. */
      readonly trained: Tensors | null;
      readonly replayed: boolean;
    }
  | { readonly kind: 'settled'; readonly trial: Trial }
  | { readonly kind: 'best'; readonly trial: Trial; readonly trained: Tensors | null }
  | { readonly kind: 'done'; readonly trials: readonly Trial[]; readonly best: Trial | null };
