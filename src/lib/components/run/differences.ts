/** @file Components: what two tables of equal length differ in, as short words for chips ('#6 exp 240 → 160'). */
import type { Architecture, NL, Row } from '$lib/arch/architecture';

const nlNames: Readonly<Record<NL, string>> = { linear: '–', relu: 'RE', relu6: 'R6', hardSwish: 'HS' };

const cells = (row: Row): readonly (readonly [name: string, value: string])[] => [
  ['', `${row.kernel}×${row.kernel}`],
  ...(row.kind === 'bneck'
    ? ([
        ['exp ', String(row.expSize)],
        ['SE ', row.se ? '●' : '○']
      ] as const)
    : []),
  ['out ', String(row.out)],
  ['', nlNames[row.nl]],
  ['s ', String(row.stride)]
];

/** Every cell that differs, row by row; rows that only one table has are named as added or removed. */
export function differences(from: Architecture, to: Architecture): string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(from.rows.length, to.rows.length); i++) {
    const [before, after] = [from.rows[i], to.rows[i]];
    if (!before || !after) found.push(`#${i + 1} ${before ? '−' : '+'}`);
    else {
      const next = cells(after);
      cells(before).forEach(([name, value], c) => {
        const now = next[c]?.[1];
        if (now !== undefined && now !== value) found.push(`#${i + 1} ${name}${value} → ${now}`);
      });
    }
  }
  if (from.stem.out !== to.stem.out) found.unshift(`#0 out ${from.stem.out} → ${to.stem.out}`);
  const heads = [
    [from.head.conv?.out, to.head.conv?.out],
    [from.head.hidden?.out, to.head.hidden?.out]
  ] as const;
  for (const [before, after] of heads) if (before !== after) found.push(`head ${before ?? '–'} → ${after ?? '–'}`);
  return found;
}
