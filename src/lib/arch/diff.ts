/** @file Step 1, spec: where two tables differ, cell by cell, their rows aligned. */
import { m } from '$paraglide/messages';
import { align, type Pairing } from './align';
import type { Architecture, Row } from './architecture';
import { cellCount, describePart, differingCells } from './cells';

/** One cell that differs; `from` or `to` is null where that table has no such row. */
export interface RowDifference {
  /** JSON path of the cell in the second table, or in the first where the row is gone ('rows.3.out'). */
  readonly path: string;
  /** The place in words: 'row 4', 'stem', 'head', 'network'. */
  readonly place: string;
  /** The field in words ('exp size', 'SE channels'); 'row' where a whole row came or went. */
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The share of two rows' cells that differ; rows of different kinds have little in common. */
function distance(a: Row, b: Row): number {
  if (a.kind !== b.kind) return 1;
  return Math.min(1, differingCells(a, b).length / Math.max(cellCount(a), cellCount(b)));
}

/** Which row of one table stands for which of the other. */
export const pairRows = (a: Architecture, b: Architecture): Pairing[] => align(a.rows, b.rows, distance);

const below = (path: string, place: string, a: object, b: object): RowDifference[] =>
  differingCells(a, b).map((cell) => ({ ...cell, path: `${path}.${cell.path}`, place }));

function rowDifferences(a: Architecture, b: Architecture): RowDifference[] {
  return pairRows(a, b).flatMap(([from, to]) => {
    const [left, right] = [a.rows[from ?? -1], b.rows[to ?? -1]];
    const index = to ?? from ?? 0;
    const path = `rows.${index}`;
    const place = m.arch_fit_row({ row: index + 1 });
    if (left && right && left.kind === right.kind) return below(path, place, left, right);
    const field = m.arch_word_row();
    return [{ path, place, field, from: left ? describePart(left) : null, to: right ? describePart(right) : null }];
  });
}

/** The fields of the table as a whole; its name is not one of them. */
function wholeOf({ input, classes, padding, norm, convBias, scaling }: Architecture): object {
  return { input, classes, padding, norm, convBias, scaling };
}

/** Cells of `b` that are not as in `a`: first of the whole network, then stem, rows (aligned) and head. */
export function diffRows(a: Architecture, b: Architecture): RowDifference[] {
  const whole = differingCells(wholeOf(a), wholeOf(b)).map((cell) => ({ ...cell, place: m.arch_word_network() }));
  const stem = differingCells({ stem: a.stem }, { stem: b.stem }).map((cell) => ({
    ...cell,
    place: m.arch_fit_stem()
  }));
  const head =
    a.head.kind === b.head.kind
      ? below('head', m.arch_field_head(), a.head, b.head)
      : differingCells({ head: [a.head] }, { head: [b.head] }).map((cell) => ({ ...cell, place: m.arch_field_head() }));
  return [...whole, ...stem, ...rowDifferences(a, b), ...head];
}
