/** @file Workers: makes sure a run has a latency table it can predict from, and measures the ends of the range. */
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import type { Architecture } from '$lib/arch/architecture';
import { distinctOps } from '$lib/latency/key';
import type { MeasureOptions } from '$lib/latency/measure';
import { measureNetworks } from '$lib/latency/measure-networks';
import { measureTable } from '$lib/latency/measure-table';
import { calibrate, latencyMsOf } from '$lib/latency/predict';
import type { LatencyRuntime } from '$lib/latency/runtime';
import type { DeploymentSetting } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import { m } from '$paraglide/messages';
import type { Platform } from './platform';
import type { Progress, RunGate } from './run';

/** Hundreds of ops in under a minute: five samples of each after a short warm-up, medians. */
const quick = (platform: Platform): MeasureOptions => ({
  rounds: 5,
  maxWarmUps: 3,
  tolerance: 0.1,
  maxMs: 60,
  sampleMs: platform.isolated ? 1 : 10
});

/** What the table must cover, and networks to measure end to end, the cheapest first. */
export interface TableNeed {
  readonly setting: DeploymentSetting;
  readonly ops: Iterable<Op>;
  readonly calibration: readonly Architecture[];
  readonly from: LatencyTable | null;
}

export interface TableReport {
  readonly progress: Progress;
  readonly table: LatencyTable;
}

/** Whether a table answers for every op. */
export function covers(table: LatencyTable, ops: Iterable<Op>): boolean {
  return [...distinctOps(ops).keys()].every((key) => table.timings[key] !== undefined);
}

/** Networks measured end to end in interleaved rounds, so that a busy moment slows all alike; ms per picture. */
export async function measureWhole(
  platform: Platform,
  runtime: LatencyRuntime,
  { archs, batch }: { readonly archs: readonly Architecture[]; readonly batch: number }
): Promise<readonly number[]> {
  let medians: readonly number[] = [];
  const job = { networks: archs.map(lower), batch, rounds: 9 };
  for await (const { timings } of measureNetworks(runtime, job, platform.clock)) {
    medians = timings.map((timing) => timing.medianMs);
  }
  return medians;
}

/** A complete table, and what the calibration networks took end to end (measured now, also when the table was given). */
export interface Completed {
  readonly table: LatencyTable;
  readonly measuredMs: readonly number[];
}

/** Measures what the table lacks and calibrates it on whole networks; null when stopped on the way. */
export async function completeTable(
  platform: Platform,
  runtime: LatencyRuntime,
  { need, gate, report }: { need: TableNeed; gate: RunGate; report: (report: TableReport) => Promise<void> }
): Promise<Completed | null> {
  const { setting, calibration } = need;
  const ops = [...distinctOps(need.ops).values(), ...calibration.flatMap((arch) => lower(arch))];
  const whole = (): Promise<readonly number[]> =>
    measureWhole(platform, runtime, { archs: calibration, batch: setting.batch });
  if (need.from && covers(need.from, ops)) return { table: need.from, measuredMs: await whole() };
  const began = platform.clock();
  const job = { setting, ops, measuredAt: platform.now(), from: need.from ?? undefined, options: quick(platform) };
  const loop = measureTable(runtime, job, platform.clock);
  let table: LatencyTable | null = need.from;
  let first = -1;
  for await (const step of loop) {
    table = step.table;
    if (first < 0) first = step.done - 1;
    const elapsedMs = platform.clock() - began;
    const remainingMs = (elapsedMs / (step.done - first)) * (step.total - step.done);
    await report({ progress: { done: step.done, total: step.total, elapsedMs, remainingMs }, table });
    if (!(await gate.open())) return null;
  }
  if (!table) throw new Error('latency table: the space must have at least one op');
  const measuredMs = await whole();
  if (!(await gate.open())) return null;
  const measurements = calibration.map((arch, i) => ({ ops: lower(arch), measuredMs: measuredMs[i] ?? Number.NaN }));
  return { table: calibrate(table, measurements), measuredMs };
}

/** The table's answer for a whole network in ms per picture; throws when an op is missing. */
export function predictedMs(arch: Architecture, table: LatencyTable): number {
  const ms = latencyMsOf(lower(arch), table);
  if (ms === null) throw new Error(m.workers_table_incomplete({ name: arch.name }));
  return ms;
}
