/** @file Command line: `bneck summary`. */
import type { Command } from 'commander';
import type { Architecture } from '$lib/arch/architecture';
import { formatBytes, formatCount, formatMillions } from '$lib/base/format';
import { costOf, totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { readNetwork, withNetworkOptions, type NetworkOptions } from './network';
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
  line(`${arch.name}, input ${arch.input.join('×')}, ${arch.classes} classes`);
  line(columns([['layer', 'op', 'output', 'params', 'M MAdds'], ...rows]));
  line();
  line(`params       ${formatCount(params)} (all trainable; ${formatCount(buffers)} running statistics not counted)`);
  line(
    `MAdds        ${formatMillions(madds)} M (convolutions and dense layers, SE included; no bias, norm, activation)`
  );
  line(`activations  ${formatBytes(activationBytes)} (every layer's float32 output, batch 1)`);
}

/** Prints shapes, parameters and multiply-adds, layer by layer. */
export function addSummary(program: Command): void {
  const command = program
    .command('summary')
    .description('shapes, parameters and multiply-adds of a network, layer by layer')
    .argument('<network>', 'preset id or JSON file')
    .option('--json', 'print JSON');
  withNetworkOptions(command).action((name: string, options: NetworkOptions & { json?: boolean }) => {
    const arch = readNetwork(name, options);
    if (options.json) json(summaryOf(arch));
    else print(arch);
  });
}
