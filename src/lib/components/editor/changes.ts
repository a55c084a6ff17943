/** @file Components: which cells differ from the network that was opened. */
import type { Column } from '$lib/diagram/columns';
import { allFields, cellOf, type Field } from './cells';

/** Texts before the edit keyed by `column.field`, columns that are new, and how many edits that makes in all. */
export interface Changes {
  readonly before: ReadonlyMap<string, string>;
  readonly added: ReadonlySet<number>;
  readonly removed: number;
  readonly count: number;
}

/** The key of a cell in `before`. */
export function cellKey(column: number, field: Field): string {
  return `${column}.${field}`;
}

const written = (column: Column): string =>
  [column.kind, ...allFields.map((field) => cellOf(column, field)?.text ?? '')].join(' ');

/** Pairs columns now with columns before: equal ends first, then the middle in order; null for a new column. */
function pairs(now: readonly Column[], base: readonly Column[]): (Column | null)[] {
  if (now.length === base.length) return now.map((_, i) => base[i] ?? null);
  const most = Math.min(now.length, base.length);
  const same = (a: Column | undefined, b: Column | undefined): boolean => !!a && !!b && written(a) === written(b);
  let head = 0;
  while (head < most && same(now[head], base[head])) head++;
  let tail = 0;
  while (tail < most - head && same(now.at(-1 - tail), base.at(-1 - tail))) tail++;
  return now.map((_, i) => {
    if (i < head) return base[i] ?? null;
    if (i >= now.length - tail) return base.at(i - now.length) ?? null;
    return i < base.length - tail ? (base[i] ?? null) : null;
  });
}

/** Compares the columns of the open network with those it was opened with. */
export function changesOf(now: readonly Column[], base: readonly Column[]): Changes {
  const before = new Map<string, string>();
  const added = new Set<number>();
  let paired = 0;
  pairs(now, base).forEach((old, i) => {
    const column = now[i];
    if (!column) return;
    if (!old || old.kind !== column.kind) {
      added.add(i);
      return;
    }
    paired++;
    for (const field of allFields) {
      const [was, is] = [cellOf(old, field)?.text, cellOf(column, field)?.text];
      if (was !== undefined && is !== undefined && was !== is) before.set(cellKey(i, field), was);
    }
  });
  const removed = base.length - paired;
  return { before, added, removed, count: before.size + added.size + removed };
}
