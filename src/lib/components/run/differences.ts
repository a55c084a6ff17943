/** @file Components: what two tables of equal length differ in, as short words for chips ('#6 exp 240 → 160'). */
import type { Architecture, Row } from '$lib/arch/architecture';
import { lastConvOf } from '$lib/arch/head-layers';
import { nlNames } from '$lib/diagram/columns';
import { m } from '$paraglide/messages';

interface Change {
  readonly row: number;
  readonly from: string | number;
  readonly to: string | number;
}
interface Cell {
  readonly field: string;
  readonly value: string;
  readonly say: (change: Change) => string;
}

/** What a row says, each field with the words for a change of it. */
function cells(row: Row): readonly Cell[] {
  const cell = (field: string, value: string | number, say: Cell['say']): Cell => ({
    field,
    value: String(value),
    say
  });
  if (row.kind === 'squeezeExcite') return [cell('se', row.se.channels, m.run_differs_se)];
  const bneck =
    row.kind === 'bneck'
      ? [cell('exp', row.expSize, m.run_differs_exp), cell('se', row.se ? '●' : '○', m.run_differs_se)]
      : [];
  return [
    cell('kernel', `${row.kernel}×${row.kernel}`, m.run_differs_value),
    ...bneck,
    ...(row.kind === 'depthwise' ? [] : [cell('out', row.out, m.run_differs_out)]),
    cell('nl', nlNames[row.nl], m.run_differs_value),
    cell('stride', row.stride, m.run_differs_stride),
    cell('dilation', row.dilation, m.run_differs_dilation)
  ];
}

function inRow(index: number, before: Row, after: Row): string[] {
  const next = new Map(cells(after).map(({ field, value }) => [field, value]));
  return cells(before).flatMap(({ field, value: from, say }) => {
    const to = next.get(field);
    return to === undefined || to === from ? [] : [say({ row: index + 1, from, to })];
  });
}

const hiddenOf = ({ head }: Architecture) => (head.kind === 'classifier' ? head.hidden : null);

/** Every cell that differs, row by row; rows that only one table has are named as added or removed. */
export function differences(from: Architecture, to: Architecture): string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(from.rows.length, to.rows.length); i++) {
    const [before, after] = [from.rows[i], to.rows[i]];
    if (!before || !after) found.push(`#${i + 1} ${before ? '−' : '+'}`);
    else found.push(...inRow(i, before, after));
  }
  const stem = [from.stem?.out ?? '–', to.stem?.out ?? '–'] as const;
  if (stem[0] !== stem[1]) found.unshift(m.run_differs_out({ row: 0, from: stem[0], to: stem[1] }));
  const heads = [
    [lastConvOf(from.head)?.out, lastConvOf(to.head)?.out],
    [hiddenOf(from)?.out, hiddenOf(to)?.out]
  ] as const;
  for (const [before, after] of heads) {
    if (before !== after) found.push(m.run_differs_head({ from: before ?? '–', to: after ?? '–' }));
  }
  return found;
}
