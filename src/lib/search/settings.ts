/** @file Step 6, search: what a search is asked to do, and which part of it decides the trials. */
import type { LatencyTable } from '$lib/latency/table';
import type { Budget } from './constraint';
import type { Evaluator } from './evaluator';
import type { SearchLog } from './log';
import { DEFAULT_COHORT, scheduleOf, type Schedule } from './schedule';
import type { SearchSpace } from './space';
import { defaultStrategy, type StrategyId } from './strategies/choose';

export interface SearchOptions {
  readonly space: SearchSpace;
  readonly budget: Budget;
  readonly evaluator: Evaluator;
  readonly seed: number;
  readonly trials: number;
  /** Needed for a latency budget; with a MAdds budget it only adds predictions. */
  readonly table: LatencyTable | null;
  readonly strategy?: StrategyId;
  /** Training jobs at once; changes how long it takes, never the trials. */
  readonly workers?: number;
  /** Suggestion k sees exactly the results of trials up to k − lag; also the most workers rung 0 can feed. */
  readonly lag?: number;
  readonly schedule?: Schedule;
  readonly cohort?: number;
  /** A record of the same settings: its results are replayed instead of trained. */
  readonly resume?: SearchLog;
}

/** Enough for four workers, few enough that a search of twelve learns from its own results. */
export const DEFAULT_LAG = 4;

/** What must be equal for two runs to give the same trials; stored in the log. */
export function settingsOf(options: SearchOptions): string {
  return JSON.stringify({
    space: options.space.hash,
    seed: options.seed,
    strategy: options.strategy ?? defaultStrategy,
    budget: options.budget,
    trials: options.trials,
    lag: options.lag ?? DEFAULT_LAG,
    cohort: options.cohort ?? DEFAULT_COHORT,
    schedule: options.schedule ?? scheduleOf()
  });
}
