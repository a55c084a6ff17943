/** @file Step 5, latency: builds the table of a device op by op, resumable from whatever was measured before. */
import type { Op } from '$lib/ops/op';
import { distinctOps } from './key';
import { measureNetwork, type Clock, type MeasureOptions, type Timing } from './measure';
import type { LatencyRuntime } from './runtime';
import type { DeploymentSetting } from './setting';
import { NO_CORRECTION, tableMismatch, type LatencyTable } from './table';

/** What to measure, where, and what is known already. */
export interface TableJob {
  readonly setting: DeploymentSetting;
  /** Every op the networks to come may need; equal keys are measured once. */
  readonly ops: Iterable<Op>;
  /** ISO 8601 moment of the measurement. */
  readonly measuredAt: string;
  /** A partial table of the same device and setting to go on from. */
  readonly from?: LatencyTable | undefined;
  readonly options?: MeasureOptions;
}

/** One more op timed; `table` holds everything so far, so that leaving the loop keeps what is done. */
export interface TableProgress {
  readonly done: number;
  readonly total: number;
  readonly key: string;
  readonly timing: Timing;
  readonly table: LatencyTable;
}

/** An empty table of a device in a setting. */
export function emptyTable(runtime: LatencyRuntime, setting: DeploymentSetting, measuredAt: string): LatencyTable {
  return {
    format: 1,
    setting,
    device: runtime.description,
    measuredAt,
    correction: NO_CORRECTION,
    calibration: [],
    timings: {}
  };
}

/**
 * Times every key the table lacks, in the order given; yields after each. Yields nothing when the table is complete.
 * Throws when `from` was made on another device or in another setting.
 */
export async function* measureTable(
  runtime: LatencyRuntime,
  job: TableJob,
  clock: Clock
): AsyncGenerator<TableProgress, LatencyTable> {
  let table = job.from ?? emptyTable(runtime, job.setting, job.measuredAt);
  const [mismatch] = tableMismatch(table, runtime.description, job.setting);
  if (mismatch !== undefined) throw new Error(mismatch.message);
  const wanted = distinctOps(job.ops);
  const left = [...wanted].filter(([key]) => table.timings[key] === undefined);
  let done = wanted.size - left.length;
  for (const [key, op] of left) {
    const { batch } = job.setting;
    const timing = await measureNetwork(runtime, { ops: [op], batch, ...options(job) }, clock);
    table = { ...table, timings: { ...table.timings, [key]: timing } };
    done += 1;
    yield { done, total: wanted.size, key, timing, table };
  }
  return table;
}

/** Op defaults: a complete table of a few hundred keys must fit into a minute. */
const options = (job: TableJob): { options: MeasureOptions } => ({
  options: { rounds: 5, maxWarmUps: 6, maxMs: 250, ...job.options }
});
