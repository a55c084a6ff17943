/** @file Step 6, search: the ask/tell interface every strategy stands behind, and what they all draw from. */
import type { Rng } from '$lib/base/rng';
import { candidateOf } from '../candidate';
import type { Judge } from '../constraint';
import type { Choices, SearchSpace } from '../space';

/** A trial's score at the first rung, so that all told results compare; null when it failed or was rejected. */
export interface Told {
  readonly id: number;
  readonly choices: Choices;
  readonly score: number | null;
}

/** Proposes candidates and learns from results, told in id order; equal seeds and results give equal proposals. */
export interface Strategy {
  ask(): Choices;
  tell(result: Told): void;
}

/** What a strategy may use: the space, the judge of the budget, its own stream, and what was asked before. */
export interface StrategyContext {
  readonly space: SearchSpace;
  readonly judge: Judge;
  readonly rng: Rng;
  /** Candidate texts already asked; the driver adds to it. */
  readonly asked: ReadonlySet<string>;
}

/** Whether a candidate has not been asked before. */
export function isNew(context: StrategyContext, choices: Choices): boolean {
  return !context.asked.has(candidateOf(context.space, choices));
}
