/** @file Command line: what each kind of difference does to shapes, parameters and multiply-adds, as a table. */
import type { Architecture } from '$lib/arch/architecture';
import { formatCount, formatMillions, formatSigned } from '$lib/base/format';
import { consequencesOf, type Consequence } from '$lib/cost/consequences';
import { m } from '$paraglide/messages';
import { columns } from './print';

function cellsOf({ key, differences, params, madds, lastMap }: Consequence): string[] {
  const field = differences[0]?.field ?? key;
  const moved = lastMap ? m.cli_change({ from: lastMap.from.join('×'), to: lastMap.to.join('×') }) : '–';
  const million = (value: number): string => formatMillions(value, 3);
  return [field, String(differences.length), formatSigned(params, formatCount), formatSigned(madds, million), moved];
}

/** The consequence of each field in which `b` differs from `a`, when it alone is changed. */
export function consequenceTable(a: Architecture, b: Architecture): string {
  const head = [
    m.cli_col_field(),
    m.cli_col_cells(),
    m.cli_col_params(),
    m.cli_col_million_madds(),
    m.cli_col_last_map()
  ];
  return columns([head, ...consequencesOf(a, b).map(cellsOf)], 'ends');
}
