/** @file Command line: `bneck list`. */
import type { Command } from 'commander';
import { presets } from '$lib/arch/presets/catalogue';
import { formatCount, formatMillions } from '$lib/base/format';
import { totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { columns, json, line } from './print';

/** Lists the networks that come with Bneck. */
export function addList(program: Command): void {
  program
    .command('list')
    .description(m.cli_list())
    .option('--json', m.cli_json())
    .action((options: { json?: boolean }) => {
      const rows = presets.map(({ id, arch, published }) => {
        const { params, madds } = totalCost(lower(arch));
        return { id, name: arch.name, params, madds, published };
      });
      if (options.json) {
        json(rows);
        return;
      }
      const head = [
        m.cli_col_id(),
        m.cli_col_params(),
        m.cli_col_million_madds(),
        m.cli_col_published_params(),
        m.cli_col_published_madds(),
        m.cli_col_top1()
      ];
      const cells = rows.map(({ id, params, madds, published }) => [
        id,
        formatCount(params),
        formatMillions(madds),
        published.params,
        published.madds,
        published.top1.toFixed(1)
      ]);
      line(columns([head, ...cells]));
    });
}
