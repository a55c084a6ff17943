/** @file Command line: `bneck measure`. */
import type { Command } from 'commander';
import { formatMs } from '$lib/base/format';
import { defaultSetting, settingLabel } from '$lib/latency/setting';
import { toJson } from '$lib/latency/table';
import type { MeasureRequest } from '$workers/measure/protocol';
import { createMeasureRunner } from '$workers/measure/runner';
import { saveFile } from './checkpoint';
import { parseNumber, readNetwork, withNetworkOptions, type NetworkOptions } from './network';
import { nodePlatform } from './platform-node';
import { columns, json, line, remark, stamp } from './print';
import { drive, endProgress, progress } from './run';

interface Options extends NetworkOptions {
  readonly batch?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Times a network end to end and column by column. */
export function addMeasure(program: Command): void {
  const command = program
    .command('measure')
    .description('time a network on this machine, end to end and column by column')
    .argument('<network>', 'preset id or JSON file');
  withNetworkOptions(command)
    .option(
      '--batch <pictures>',
      'pictures per run (default: 64 up to 64 px, else 1)',
      parseNumber('--batch', 1, 256, true)
    )
    .option('--seed <number>', 'seed of the weights that are timed', parseNumber('--seed', 0, 2 ** 31 - 1, true), 1)
    .option('--out <file>', 'write the latency table (JSON)')
    .option('--json', 'print JSON')
    .action(async (name: string, options: Options) => {
      const arch = readNetwork(name, options);
      const batch = options.batch ?? defaultSetting('tfjs-wasm', arch.input).batch;
      const request: MeasureRequest = { arch, runtime: 'tfjs-wasm', batch, seed: options.seed };
      const { result } = await drive(createMeasureRunner(nodePlatform), request, (event) => {
        if (event.kind === 'sample') progress(`sample ${event.done} of ${event.total}: ${formatMs(event.ms)} ms`);
        if (event.kind === 'column') progress(`column ${event.done} of ${event.total}`);
      });
      endProgress();
      const { table, description, setting, medianMs, p10Ms, p90Ms, perColumnMs } = result;
      if (options.out) {
        saveFile(options.out, toJson(table));
        remark(`wrote ${options.out}`);
      }
      if (options.json) {
        const { measuredAt, samplesMs } = result;
        json({
          ...stamp(),
          name: arch.name,
          setting,
          description,
          measuredAt,
          medianMs,
          p10Ms,
          p90Ms,
          perColumnMs,
          samplesMs
        });
        return;
      }
      line(`${arch.name}, measured: ${settingLabel(setting)}`);
      line(`TensorFlow.js ${description.version} ${description.backend}, ${description.threads} thread`);
      line(`median ${formatMs(medianMs)} ms (p10 ${formatMs(p10Ms)}, p90 ${formatMs(p90Ms)})`);
      const rows = perColumnMs.map((ms, column) => [String(column), formatMs(ms)]);
      line(columns([['column', 'ms, op by op'], ...rows]));
    });
}
