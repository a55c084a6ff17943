/** @file State: a person's edits of one table, made again on another of as many rows. */
import type { Architecture, Row } from '$lib/arch/architecture';
import { makeDivisible } from '$lib/arch/divisible';

type Fields = Readonly<Record<string, unknown>>;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWidth = new Set(['expSize', 'out', 'channels']);

/** `to` with every field of `edited` that differs from `from`; widths among them scaled by `ratio`. */
function again(edited: unknown, from: unknown, to: unknown, ratio: number, name = ''): unknown {
  if (same(edited, from)) return to;
  if (isFields(edited) && isFields(from) && isFields(to) && edited.kind === to.kind) {
    const keys = Object.keys(to).filter((key) => key in edited);
    return {
      ...to,
      ...Object.fromEntries(keys.map((key) => [key, again(edited[key], from[key], to[key], ratio, key)]))
    };
  }
  return typeof edited === 'number' && isWidth.has(name) && ratio !== 1 ? makeDivisible(edited * ratio) : edited;
}

/**
 * The edits that lead from `base` to `edited`, made on `next`; null where the rows no longer pair. `ratio` is how much
 * wider `next` is than `base`.
 */
export function replayed(
  edited: Architecture,
  base: Architecture,
  next: Architecture,
  ratio: number
): Architecture | null {
  if (edited.rows.length !== base.rows.length || next.rows.length !== base.rows.length) return null;
  // Each field is set from a table of the same shape, and the whole is checked before it is opened.
  const rows = next.rows.map((row, i) => again(edited.rows[i], base.rows[i], row, ratio) as Row);
  const stem = again(edited.stem, base.stem, next.stem, ratio) as Architecture['stem'];
  const alike = edited.head.kind === next.head.kind;
  const head = alike ? (again(edited.head, base.head, next.head, ratio) as Architecture['head']) : next.head;
  const classes = edited.classes === base.classes || !alike ? next.classes : edited.classes;
  return { ...next, name: edited.name, stem, rows, head, classes };
}
