/** @file Step 6, search: one candidate and everything found out about it; plain data, stored and drawn as it is. */
import type { Architecture } from '$lib/arch/architecture';
import { hash32 } from '$lib/base/rng';

/** Validation accuracy (0..1) after so many epochs in all. */
export interface Rung {
  readonly epochs: number;
  readonly validationAccuracy: number;
}

/**
 * training: under way or waiting for its cohort · rejected: over the budget, never trained · pruned: stopped by
 * successive halving · failed: its training broke · scored: trained through the last rung.
 */
export type TrialStatus = 'training' | 'rejected' | 'pruned' | 'failed' | 'scored';

export interface Trial {
  readonly id: number;
  /** Canonical text, see `candidateOf`. */
  readonly candidate: string;
  readonly arch: Architecture;
  readonly status: TrialStatus;
  /** Why it was rejected, pruned or failed. */
  readonly reason?: string;
  readonly madds: number;
  readonly params: number;
  /** Predicted, ms per image in the table's deployment setting; null without a table. */
  readonly latencyMs: number | null;
  /** At the last rung reached; null before the first. */
  readonly validationAccuracy: number | null;
  readonly rungs: readonly Rung[];
}

/** The best so far: highest validation accuracy, ties to the faster, then to the earlier; null before any rung. */
export function bestTrial(trials: Iterable<Trial>): Trial | null {
  let best: Trial | null = null;
  for (const trial of trials) {
    if (trial.validationAccuracy === null || trial.status === 'failed') continue;
    const lead = trial.validationAccuracy - (best?.validationAccuracy ?? -1);
    const faster = (trial.latencyMs ?? trial.madds) < (best?.latencyMs ?? best?.madds ?? Infinity);
    if (lead > 0 || (lead === 0 && faster)) best = trial;
  }
  return best;
}

/** The seed a candidate is trained with: of the run and the candidate alone, whichever trial asks for it. */
export function trialSeed(seed: number, candidate: string): number {
  return hash32(`${seed}/${candidate}`);
}
