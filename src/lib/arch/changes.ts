/** @file Step 1, spec: the differences of two tables gathered by field, each applied to the first table alone. */
import type { Architecture, Row } from './architecture';
import { differingCells } from './cells';
import { diffRows, pairRows, type RowDifference } from './diff';

/** One kind of change: the same field in as many rows as it concerns. */
export interface FieldChange {
  /** Path below the row, the stem or the head ('se.nl', 'stem.out'); 'row' where rows came, went or changed their kind. */
  readonly key: string;
  readonly differences: readonly RowDifference[];
  /** The first table with this change and no other. */
  readonly applied: Architecture;
}

const rowPath = /^rows\.\d+(?:\.(.+))?$/;

/** 'rows.3.se.nl' as 'se.nl', 'rows.3' as 'row', everything else as it is. */
function keyOf(path: string): string {
  const inRow = rowPath.exec(path);
  return inRow ? (inRow[1] ?? 'row') : path;
}

/** `a` with the value that `b` has under the keys; parts that `a` lacks come whole. */
function take<T extends object>(a: T, b: object, keys: readonly string[]): T {
  const [key = '', ...rest] = keys;
  const [mine, theirs] = [Reflect.get(a, key) as unknown, Reflect.get(b, key) as unknown];
  const nested = rest.length > 0 && typeof mine === 'object' && mine && typeof theirs === 'object' && theirs;
  return { ...a, [key]: nested ? take(mine, theirs, rest) : theirs };
}

/** Rows of `a` in which one field is that of their partner in `b`, where they differ in it. */
function rowsWith(a: Architecture, b: Architecture, key: string): Row[] {
  const pairs = pairRows(a, b);
  if (key === 'row') {
    // Rows without a partner of their kind: those of `b` come, those of `a` go.
    return pairs.flatMap(([from, to]): Row[] => {
      const [left, right] = [a.rows[from ?? -1], b.rows[to ?? -1]];
      if (left && right) return [left.kind === right.kind ? left : right];
      return right ? [right] : [];
    });
  }
  const partners = new Map(pairs.map(([from, to]) => [from, b.rows[to ?? -1]]));
  return a.rows.map((row, index): Row => {
    const partner = partners.get(index);
    if (partner?.kind !== row.kind || !differingCells(row, partner).some(({ path }) => path === key)) return row;
    return take(row, partner, key.split('.'));
  });
}

/** What turns `a` into `b`, one field at a time, in the order of `diffRows`. */
export function changesBetween(a: Architecture, b: Architecture): FieldChange[] {
  const groups = new Map<string, RowDifference[]>();
  for (const difference of diffRows(a, b)) {
    const key = keyOf(difference.path);
    const group = rowPath.test(difference.path) ? `rows/${key}` : key;
    groups.set(group, [...(groups.get(group) ?? []), difference]);
  }
  return [...groups].map(([group, differences]) => {
    const inRows = group.startsWith('rows/');
    const key = inRows ? group.slice('rows/'.length) : group;
    const applied = inRows ? { ...a, rows: rowsWith(a, b, key) } : take(a, b, key.split('.'));
    return { key, differences, applied };
  });
}
