/** @file State: what is known about the time of the open network, and what an edit makes of it. */
import type { Architecture } from '$lib/arch/architecture';
import type { Column } from '$lib/diagram/columns';
import type { Op } from '$lib/ops/op';

export type TimingKind = 'measured' | 'predicted' | null;

/** Times in ms per image, in the deployment setting named; null where nothing is known. */
export interface Timings {
  readonly perColumnMs: readonly (number | null)[] | null;
  readonly totalMs: number | null;
  readonly kind: TimingKind;
  readonly setting: string;
}

/** Predicts the time of ops from a latency table; null where the table cannot say. */
export type Predictor = (ops: readonly Op[]) => {
  readonly perColumnMs: readonly (number | null)[];
  readonly totalMs: number | null;
};

/** Times as they were handed over, with the network they belong to. */
export interface Given {
  readonly timings: Timings;
  readonly columns: readonly Column[];
  readonly arch: Architecture;
}

/** Times with the kind of each column. */
export interface Timed {
  readonly timings: Timings;
  readonly kinds: readonly TimingKind[];
}

export const unknown: Timings = { perColumnMs: null, totalMs: null, kind: null, setting: '' };

/** What decides the time of a column: its ops without their names. */
const signature = (column: Column): string =>
  JSON.stringify(column.parts.map(({ op }) => ({ ...op, id: '', column: 0, inputs: op.inputs.length })));

const sum = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((total, ms) => (total === null || ms === null ? null : total + ms), 0);

/**
 * Times of edited columns: untouched ones keep theirs; the others take the table's prediction, else the time their
 * column had, scaled by its MAdds. The total is the table's, else the given one scaled by the sum of the columns.
 */
export function timeAfterEdit(now: readonly Column[], given: Given, predicted: ReturnType<Predictor> | null): Timed {
  const before = given.timings.perColumnMs ?? [];
  const known = new Map(
    given.columns.flatMap((column, i) => {
      const ms = before[i];
      return ms == null ? [] : [[signature(column), ms] as const];
    })
  );
  const kinds: TimingKind[] = [];
  const perColumnMs = now.map((column, i) => {
    const own = signature(column);
    const there = given.columns[i];
    const ms = before[i] ?? null;
    // Twins were timed one by one: a column keeps its own time where it still stands.
    const same = (there && signature(there) === own ? ms : null) ?? known.get(own) ?? null;
    const alike = now.length === given.columns.length && there?.kind === column.kind && there.madds > 0;
    const scaled = alike && ms !== null ? (ms * column.madds) / there.madds : null;
    const guess = predicted?.perColumnMs[i] ?? scaled;
    kinds.push(same !== null ? given.timings.kind : guess === null ? null : 'predicted');
    return same ?? guess;
  });
  const { totalMs: givenMs, setting } = given.timings;
  const [all, then] = [sum(perColumnMs), sum(before)];
  const scaledTotal = givenMs !== null && all !== null && then ? (givenMs * all) / then : null;
  const totalMs = predicted?.totalMs ?? scaledTotal;
  return { timings: { perColumnMs, totalMs, kind: totalMs === null ? null : 'predicted', setting }, kinds };
}
