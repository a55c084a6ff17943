/** @file Command line: `bneck diff`. */
import type { Command } from 'commander';
import { diffRows } from '$lib/arch/diff';
import type { Architecture } from '$lib/arch/architecture';
import { formatCount, formatMillions, formatSigned } from '$lib/base/format';
import { consequencesOf } from '$lib/cost/consequences';
import { totalCost, type Cost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { consequenceTable } from './consequences';
import { readNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { columns, json, line } from './print';

interface Options extends NetworkOptions {
  readonly json?: boolean;
}

const costsOf = (arch: Architecture): Cost => totalCost(lower(arch));

/** Cells that differ and both totals, as `--json` prints them. */
function differenceOf(a: Architecture, b: Architecture) {
  const [before, after] = [costsOf(a), costsOf(b)];
  const totals = (of: 'params' | 'madds') => ({ from: before[of], to: after[of], change: after[of] - before[of] });
  return { a: a.name, b: b.name, rows: diffRows(a, b), params: totals('params'), madds: totals('madds') };
}

function print({ a, b, rows, params, madds }: ReturnType<typeof differenceOf>, consequences: string): void {
  line(m.cli_diff_head({ a, b, count: rows.length }));
  if (rows.length > 0) {
    const head = [m.cli_col_place(), m.cli_col_field(), m.cli_change({ from: a, to: b })];
    const cells = rows.map(({ place, field, from, to }) => [
      place,
      field,
      m.cli_change({ from: from ?? '–', to: to ?? '–' })
    ]);
    line(columns([head, ...cells], 'all'));
    line();
    line(m.cli_about_consequences());
    line(consequences);
  }
  line();
  const count = { from: formatCount(params.from), to: formatCount(params.to) };
  line(m.cli_diff_params({ ...count, change: formatSigned(params.change, formatCount) }));
  const million = { from: formatMillions(madds.from), to: formatMillions(madds.to) };
  line(m.cli_diff_madds({ ...million, change: formatSigned(madds.change, formatMillions) }));
}

/** Prints where two tables differ, row by row; the network options apply to both. */
export function addDiff(program: Command): void {
  const command = program
    .command('diff')
    .description(m.cli_diff())
    .argument('<a>', m.cli_network())
    .argument('<b>', m.cli_network())
    .option('--json', m.cli_json());
  withNetworkOptions(command).action((a: string, b: string, options: Options) => {
    const [before, after] = [readNetwork(a, options), readNetwork(b, options)];
    const difference = differenceOf(before, after);
    if (options.json) json({ ...difference, consequences: consequencesOf(before, after) });
    else print(difference, consequenceTable(before, after));
  });
}
