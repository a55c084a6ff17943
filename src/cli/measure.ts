/** @file Command line: `bneck measure`. */
import type { Command } from 'commander';
import { formatMs } from '$lib/base/format';
import { defaultSetting, settingLabel } from '$lib/latency/setting';
import { toJson } from '$lib/latency/table';
import type { MeasureRequest } from '$workers/measure/protocol';
import { createMeasureRunner } from '$workers/measure/runner';
import { m } from '$paraglide/messages';
import { saveFile } from './checkpoint';
import { readNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber } from './parsers';
import { nodePlatform } from './platform-node';
import { columns, json, line, remark, stamp } from './print';
import { drive, endProgress, progress } from './drive';

interface Options extends NetworkOptions {
  readonly batch?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Times a network end to end and column by column. */
export function addMeasure(program: Command): void {
  const command = program.command('measure').description(m.cli_measure()).argument('<network>', m.cli_network());
  withNetworkOptions(command)
    .option('--batch <pictures>', m.cli_measure_batch(), parseNumber('--batch', 1, 256, true))
    .option('--seed <number>', m.cli_measure_seed(), parseNumber('--seed', 0, 2 ** 31 - 1, true), 1)
    .option('--out <file>', m.cli_measure_out())
    .option('--json', m.cli_json())
    .action(async (name: string, options: Options) => {
      const arch = readNetwork(name, options);
      const batch = options.batch ?? defaultSetting('tfjs-wasm', arch.input).batch;
      const { weights } = options;
      if (weights && weights.kind !== 'init') remark(m.cli_measure_weights());
      const seed = weights?.kind === 'init' ? weights.seed : options.seed;
      const request: MeasureRequest = { arch, runtime: 'tfjs-wasm', batch, seed };
      const { result } = await drive(createMeasureRunner(nodePlatform), request, (event) => {
        if (event.kind === 'sample') {
          const { done, total, ms } = event;
          progress(m.cli_measure_sample({ done, total, ms: formatMs(ms) }));
        } else if (event.kind === 'column') {
          const { done, total } = event;
          progress(m.cli_measure_column({ done, total }));
        }
      });
      endProgress();
      const { table, description, setting, medianMs, p10Ms, p90Ms, perColumnMs } = result;
      if (options.out) {
        saveFile(options.out, toJson(table));
        remark(m.cli_wrote({ path: options.out }));
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
      const { version, backend, threads } = description;
      line(m.cli_measure_setting({ name: arch.name, setting: settingLabel(setting) }));
      line(m.cli_measure_runtime({ version, backend, threads }));
      line(m.cli_measure_median({ median: formatMs(medianMs), p10: formatMs(p10Ms), p90: formatMs(p90Ms) }));
      const rows = perColumnMs.map((ms, column) => [String(column), formatMs(ms)]);
      line(columns([[m.cli_col_column(), m.cli_col_ms_ops()], ...rows]));
    });
}
