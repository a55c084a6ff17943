/** @file Step 1, spec: where two tables differ, cell by cell, their rows aligned. */
import type { Architecture } from './architecture';

/** One cell that differs; `from` or `to` is null where that table has no such row or part. */
export interface RowDifference {
  /** JSON path of the cell in the second table, or in the first where the row is gone ('rows.3.out'). */
  readonly path: string;
  /** The place in words: 'row 4', 'stem', 'head'. */
  readonly place: string;
  /** The field in words: 'exp size'; the whole row's kind where it came or went. */
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Cells of `b` that are not as in `a`, in table order. */
export function diffRows(a: Architecture, b: Architecture): RowDifference[] {
  return a === b ? [] : [];
}
