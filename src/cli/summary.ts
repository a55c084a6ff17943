/** @file Command line: `bneck summary`. */
import type { Command } from 'commander';
import type { Architecture } from '$lib/arch/architecture';
import { formatBytes, formatCount, formatMillions } from '$lib/base/format';
import { costOf, totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { readNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { columns, json, line } from './print';

/** The layers and totals of a network, as `--json` prints them. */
export function summaryOf(arch: Architecture): object {
  const ops = lower(arch);
  const { params, madds, activationBytes } = totalCost(ops);
  const layers = ops.map((op) => {
    const cost = costOf(op);
    return { id: op.id, op: op.kind, out: op.out, params: cost.params, madds: cost.madds };
  });
  return { name: arch.name, input: arch.input, params, trainableParams: params, madds, activationBytes, layers };
}

function print(arch: Architecture): void {
  const ops = lower(arch);
  const { params, buffers, madds, activationBytes } = totalCost(ops);
  const rows = ops.map((op) => {
    const cost = costOf(op);
    return [op.id, op.kind, op.out.join('×'), formatCount(cost.params), formatMillions(cost.madds, 3)];
  });
  const head = [m.cli_col_layer(), m.cli_col_op(), m.cli_col_output(), m.cli_col_params(), m.cli_col_million_madds()];
  line(m.cli_summary_head({ name: arch.name, input: arch.input.join('×'), classes: arch.classes }));
  line(columns([head, ...rows]));
  line();
  line(m.cli_summary_params({ params: formatCount(params), buffers: formatCount(buffers) }));
  line(m.cli_summary_madds({ madds: formatMillions(madds) }));
  line(m.cli_summary_activations({ bytes: formatBytes(activationBytes) }));
}

/** Prints shapes, parameters and multiply-adds, layer by layer. */
export function addSummary(program: Command): void {
  const command = program
    .command('summary')
    .description(m.cli_summary())
    .argument('<network>', m.cli_network())
    .option('--json', m.cli_json());
  withNetworkOptions(command).action((name: string, options: NetworkOptions & { json?: boolean }) => {
    const arch = readNetwork(name, options);
    if (options.json) json(summaryOf(arch));
    else print(arch);
  });
}
