/** @file Workers: times a network end to end and op by op on this device. */
import { measureNetwork } from '$lib/latency/measure';
import { measureTable } from '$lib/latency/measure-table';
import { calibrate } from '$lib/latency/predict';
import type { DeploymentSetting } from '$lib/latency/setting';
import type { LatencyRuntime } from '$lib/latency/runtime';
import type { LatencyTable } from '$lib/latency/table';
import { opKey } from '$lib/latency/key';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import type { Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import type { MeasureEvent, MeasureRequest, MeasureResult } from './protocol';

type Report = (event: MeasureEvent) => Promise<void>;

const rounds = 30;

function columnTimes(ops: readonly Op[], table: LatencyTable): number[] {
  const times: number[] = [];
  for (const op of ops) {
    times[op.column] = (times[op.column] ?? 0) + (table.timings[opKey(op)]?.medianMs ?? 0);
  }
  return times;
}

/** A runner that measures on this platform. */
export function createMeasureRunner(platform: Platform): Runner<MeasureRequest, MeasureEvent, MeasureResult> {
  const gate = new RunGate();
  const { clock } = platform;

  /** Times every distinct op; tells a column once all its ops are known. */
  async function timeColumns(
    runtime: LatencyRuntime,
    { ops, setting, report }: { ops: readonly Op[]; setting: DeploymentSetting; report: Report }
  ): Promise<LatencyTable | null> {
    let table: LatencyTable | null = null;
    const told = new Set<number>();
    const columns = [...new Set(ops.map((op) => op.column))];
    for await (const step of measureTable(runtime, { setting, ops, measuredAt: platform.now() }, clock)) {
      table = step.table;
      const times = columnTimes(ops, step.table);
      for (const column of columns) {
        const mine = ops.filter((op) => op.column === column);
        if (told.has(column) || mine.some((op) => step.table.timings[opKey(op)] === undefined)) continue;
        told.add(column);
        await report({ kind: 'column', column, ms: times[column] ?? 0, done: told.size, total: columns.length });
      }
      if (!(await gate.open())) return null;
    }
    return table;
  }

  async function measure(request: MeasureRequest, report: Report): Promise<RunEnd<MeasureResult>> {
    await report({ kind: 'preparing' });
    const { arch, batch } = request;
    const runtime = await platform.openRuntime(request.runtime, request.seed);
    const { description } = runtime;
    const setting = { runtime: description.runtime, resolution: arch.input, batch };
    await report({ kind: 'ready', description, setting });
    const ops = lower(arch);
    // Samples are told one after another while they are taken; the page draws each as a dot.
    const onSample = (ms: number, done: number): Promise<void> => report({ kind: 'sample', ms, done, total: rounds });
    const whole = { ops, batch, options: { rounds, maxMs: 8000, onSample, stopped: () => gate.stopped } };
    const timing = await measureNetwork(runtime, whole, clock);
    const { medianMs, p10Ms, p90Ms, samplesMs } = timing;
    if (!(await gate.open())) return { kind: 'stopped', result: null };
    await report({ kind: 'network', medianMs, p10Ms, p90Ms });
    const raw = await timeColumns(runtime, { ops, setting, report });
    if (!raw) return { kind: 'stopped', result: null };
    const table = calibrate(raw, [{ ops, measuredMs: medianMs }]);
    const perColumnMs = columnTimes(ops, raw);
    const measuredAt = platform.now();
    const result = { arch, setting, description, medianMs, p10Ms, p90Ms, samplesMs, perColumnMs, table, measuredAt };
    return { kind: 'done', result };
  }

  return steered(gate, measure);
}
