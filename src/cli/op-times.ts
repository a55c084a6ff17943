/** @file Command line: the times of a network's ops, from a measured table or measured now. */
import { readFileSync } from 'node:fs';
import type { Architecture } from '$lib/arch/architecture';
import { describeIssues } from '$lib/arch/parse';
import { reasonOf } from '$lib/base/reason';
import type { OpTimes } from '$lib/export/model-explorer';
import { opTimesOf } from '$lib/export/op-times';
import { opKey } from '$lib/latency/key';
import { defaultSetting } from '$lib/latency/setting';
import { parseTableText, type LatencyTable } from '$lib/latency/table';
import { lower } from '$lib/ops/lower';
import { createMeasureRunner } from '$workers/measure/runner';
import { m } from '$paraglide/messages';
import { drive, endProgress, progress } from './drive';
import { InputError } from './input-error';
import { nodePlatform } from './platform-node';
import { remark } from './print';

/** Reads a table that `bneck measure --out` wrote; throws InputError. */
function readTable(path: string): LatencyTable {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(m.cli_export_times_unread({ path, reason: reasonOf(error) }));
  }
  const read = parseTableText(text);
  if (read.kind === 'ok') return read.value;
  throw new InputError(
    m.cli_export_times_unread({ path, reason: describeIssues(read.issues, 3).replaceAll('\n', '; ') })
  );
}

/** Times every op of the network by itself. */
async function measured(arch: Architecture): Promise<LatencyTable> {
  remark(m.cli_export_times_measuring({ name: arch.name }));
  const { batch } = defaultSetting('tfjs-wasm', arch.input);
  const request = { arch, runtime: 'tfjs-wasm', batch, seed: 1 } as const;
  const { result } = await drive(createMeasureRunner(nodePlatform), request, (event) => {
    if (event.kind === 'column') progress(m.cli_measure_column({ done: event.done, total: event.total }));
  });
  endProgress();
  return result.table;
}

/** The time of every op, from the table at `path` or measured now; throws InputError where the table lacks one. */
export async function opTimes(arch: Architecture, path: string | undefined): Promise<OpTimes> {
  const table = path === undefined ? await measured(arch) : readTable(path);
  const ops = lower(arch);
  const times = opTimesOf(ops, table);
  if (times) return times;
  const lacking = ops.find((op) => table.timings[opKey(op)] === undefined);
  throw new InputError(m.cli_export_times_lacking({ path: path ?? '', id: lacking?.id ?? '' }));
}
