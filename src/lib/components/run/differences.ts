/** @file Components: what two tables of equal length differ in, as short words for chips ('#6 exp 240 → 160'). */
import type { Architecture, NL, Row } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';

const nlNames: Readonly<Record<NL, string>> = { linear: '–', relu: 'RE', relu6: 'R6', hardSwish: 'HS' };

interface Change {
  readonly row: number;
  readonly from: string | number;
  readonly to: string | number;
}
type Cell = readonly [value: string, say: (change: Change) => string];

const cells = (row: Row): readonly Cell[] => [
  [`${row.kernel}×${row.kernel}`, m.run_differs_value],
  ...(row.kind === 'bneck'
    ? ([
        [String(row.expSize), m.run_differs_exp],
        [row.se ? '●' : '○', m.run_differs_se]
      ] as const)
    : []),
  [String(row.out), m.run_differs_out],
  [nlNames[row.nl], m.run_differs_value],
  [String(row.stride), m.run_differs_stride]
];

/** Every cell that differs, row by row; rows that only one table has are named as added or removed. */
export function differences(from: Architecture, to: Architecture): string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(from.rows.length, to.rows.length); i++) {
    const [before, after] = [from.rows[i], to.rows[i]];
    if (!before || !after) found.push(`#${i + 1} ${before ? '−' : '+'}`);
    else {
      const next = cells(after);
      cells(before).forEach(([value, say], c) => {
        const now = next[c]?.[0];
        if (now !== undefined && now !== value) found.push(say({ row: i + 1, from: value, to: now }));
      });
    }
  }
  if (from.stem.out !== to.stem.out) {
    found.unshift(m.run_differs_out({ row: 0, from: from.stem.out, to: to.stem.out }));
  }
  const heads = [
    [from.head.conv?.out, to.head.conv?.out],
    [from.head.hidden?.out, to.head.hidden?.out]
  ] as const;
  for (const [before, after] of heads) {
    if (before !== after) found.push(m.run_differs_head({ from: before ?? '–', to: after ?? '–' }));
  }
  return found;
}
