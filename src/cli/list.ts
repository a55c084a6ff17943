/** @file Command line: `bneck list`. */
import type { Command } from 'commander';
import { presets } from '$lib/arch/presets/catalogue';
import type { Preset, PresetGroup } from '$lib/arch/presets/preset';
import { formatCount, formatMillions } from '$lib/base/format';
import { totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { columns, json, line } from './print';

const groups: readonly (readonly [PresetGroup, () => string])[] = [
  ['paper', m.cli_list_papers],
  ['article', m.cli_list_articles],
  ['block', m.cli_list_blocks]
];

function entryOf({ id, group, arch, published, source, reference, repairs }: Preset) {
  const { params, madds } = totalCost(lower(arch));
  const from = { citation: source.citation(), url: source.url };
  return { id, group, name: arch.name, input: arch.input, params, madds, published, source: from, reference, repairs };
}

type Entry = ReturnType<typeof entryOf>;

function cellsOf({ id, input, params, madds, published }: Entry): string[] {
  const size = input.join('×');
  const counted = [formatCount(params), formatMillions(madds)];
  const { params: theirs, madds: million, top1 } = published ?? { params: null, madds: null, top1: null };
  return [id, size, ...counted, theirs ?? '–', million ?? '–', top1 === null ? '–' : top1.toFixed(1)];
}

/** The table, its rows in groups that share their column widths. */
function print(entries: readonly Entry[]): void {
  const head = [
    m.cli_col_id(),
    m.cli_col_input(),
    m.cli_col_params(),
    m.cli_col_million_madds(),
    m.cli_col_published_params(),
    m.cli_col_published_madds(),
    m.cli_col_top1()
  ];
  const [titles = '', ...lines] = columns([head, ...entries.map(cellsOf)]).split('\n');
  line(titles);
  for (const [group, title] of groups) {
    line();
    line(title());
    for (const [i, entry] of entries.entries()) if (entry.group === group) line(lines[i]);
  }
}

/** Lists the networks that come with Bneck. */
export function addList(program: Command): void {
  program
    .command('list')
    .description(m.cli_list())
    .option('--json', m.cli_json())
    .action((options: { json?: boolean }) => {
      const entries = presets.map(entryOf);
      if (options.json) json(entries);
      else print(entries);
    });
}
