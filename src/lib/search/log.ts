/** @file Step 6, search: the record of a run, from which it resumes after a reload: the strategy is asked again, results replay. */
import * as v from 'valibot';
import { issuesOf, type Parsed } from '$lib/arch/parse';
import type { FinishedJob, SearchEvent } from './event';

/** Everything needed to reproduce the order of a run; `settings` must be equal to resume. */
export interface SearchLog {
  readonly format: 1;
  /** Canonical JSON of seed, strategy, budget, schedule, trials, lag and space hash, see `settingsOf`. */
  readonly settings: string;
  readonly finished: readonly FinishedJob[];
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const schema = v.object({
  format: v.literal(1),
  settings: v.string(),
  finished: v.array(
    v.object({
      id: count,
      rung: count,
      candidate: v.string(),
      score: v.nullable(v.pipe(v.number(), v.finite())),
      failed: v.nullable(v.string())
    })
  )
});

/** A new record. */
export function emptyLog(settings: string): SearchLog {
  return { format: 1, settings, finished: [] };
}

/** The record after an event; only finished jobs change it. */
export function recordEvent(log: SearchLog, event: SearchEvent): SearchLog {
  return event.kind === 'finished' && !event.replayed ? { ...log, finished: [...log.finished, event.job] } : log;
}

/** Reads a record from parsed JSON, or says what is wrong and where. */
export function parseSearchLog(value: unknown): Parsed<SearchLog> {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? { kind: 'ok', value: parsed.output } : { kind: 'bad', issues: issuesOf(parsed.issues) };
}
