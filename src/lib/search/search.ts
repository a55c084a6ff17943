/** @file Step 6, search: asks a strategy, checks the budget, trains by successive halving; same seed, same trials. */
import type { SearchEvent } from './event';
import { Run } from './run';
import { DEFAULT_COHORT, scheduleOf } from './schedule';
import type { SearchOptions } from './settings';
import { bestTrial } from './trial';

/**
 * Searches: `trials` candidates in cohorts that halve over the schedule's rungs. Leaving the loop stops the jobs in
 * flight; not asking for the next event pauses before new ones. Trials depend on the options but not on `workers`.
 * Throws when a log of other settings is resumed.
 */
export async function* search(options: SearchOptions): AsyncGenerator<SearchEvent> {
  const run = new Run(options);
  const cohort = options.cohort ?? DEFAULT_COHORT;
  const rungs = (options.schedule ?? scheduleOf()).rungs.length;
  try {
    for (let from = 0; from < options.trials; from += cohort) {
      const end = Math.min(options.trials, from + cohort);
      let ids: readonly number[] = Array.from({ length: end - from }, (_, i) => from + i);
      for (let rung = 0; rung < rungs; rung++) {
        const waiting = [...ids];
        yield* run.work(() => {
          if (rung === 0) return run.nextSuggestion(end);
          const id = waiting.shift();
          return id === undefined ? null : { id, rung };
        });
        ids = run.closeRung(ids, rung);
      }
      yield* run.work(() => null);
    }
    yield { kind: 'done', trials: run.trials, best: bestTrial(run.trials) };
  } finally {
    run.stop();
  }
}
