/** @file Components: many differences of one field as a short line: in which rows, and what became of what. */
import type { RowDifference } from '$lib/arch/diff';
import { m } from '$paraglide/messages';

/** Numbers as runs: 1, 2, 3, 7 → '1–3, 7'. */
export function runsOf(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const n of sorted) {
    const open = runs.at(-1);
    if (open && n === open[1] + 1) open[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}

/** Rows of the differences, counted from 1; empty where they are of no row. */
export function rowsIn(differences: readonly RowDifference[]): readonly number[] {
  return differences.flatMap(({ path }) => {
    const row = /^rows\.(\d+)/.exec(path)?.[1];
    return row === undefined ? [] : [Number(row) + 1];
  });
}

/** Values of a table in the words of the page; what is not here is said as it is written. */
const words: Readonly<Record<string, () => string>> = {
  true: m.value_yes,
  false: m.value_no,
  whenWider: m.value_when_wider,
  always: m.value_always,
  identity: m.value_identity,
  none: m.value_none,
  conv: m.value_mixed,
  afterDepthwise: m.value_after_depthwise,
  afterProject: m.value_after_project,
  relu: m.value_relu,
  relu6: m.value_relu6,
  hardSwish: m.value_hard_swish,
  hardSigmoid: m.value_hard_sigmoid,
  sigmoid: m.value_sigmoid
};
const wordOf = (value: string): string => words[value]?.() ?? value;

/** The distinct changes, the most frequent first: 'RE → HS'. */
export function changesIn(differences: readonly RowDifference[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { from, to } of differences) {
    const text =
      to === null ? m.about_row_gone() : from === null ? m.about_row_new() : `${wordOf(from)} → ${wordOf(to)}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([text]) => text);
}
