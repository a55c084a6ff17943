/** @file Workers: what a pruning may reach: its latency table, the floor under every width, and the target in ms. */
import type { Architecture } from '$lib/arch/architecture';
import { interpolatedMs, interpolatorOf } from '$lib/latency/interpolate';
import type { LatencyRuntime } from '$lib/latency/runtime';
import { defaultSetting } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import { atLevels, gridOps } from '$lib/netadapt/grid';
import { floorArchitecture } from '$lib/netadapt/propose';
import { lower } from '$lib/ops/lower';
import { unservedIssue } from '$lib/search/served';
import { m } from '$paraglide/messages';
import { completeTable } from '../latency-job';
import type { Platform } from '../platform';
import type { RunGate } from '../run';
import type { AdaptEvent, AdaptRequest } from './protocol';

/** Networks measured end to end beside floor and start, so that the way between them is calibrated; all on the grid. */
const between = (arch: Architecture): readonly Architecture[] => [
  atLevels(arch, () => 2),
  atLevels(arch, (group) => (group.kind === 'expansion' ? 2 : 3)),
  atLevels(arch, (group) => (group.kind === 'expansion' ? 1 : 3)),
  atLevels(arch, () => 1)
];

export interface Limits {
  readonly runtime: LatencyRuntime;
  readonly table: LatencyTable;
  /** Predicted ms per picture; widths between measured ones are interpolated. */
  readonly latencyOf: (arch: Architecture) => number | null;
  readonly baseMs: number;
  readonly budgetMs: number;
}

interface Context {
  readonly platform: Platform;
  readonly gate: RunGate;
  readonly report: (event: AdaptEvent) => Promise<void>;
}

/** Measures what is not known yet and checks the target; null when stopped on the way. */
export async function limitsOf(
  request: AdaptRequest,
  { platform, gate, report }: Context
): Promise<Limits | { readonly refused: string } | null> {
  const { arch } = request.checkpoint;
  const unserved = unservedIssue(arch);
  if (unserved) return { refused: unserved.message };
  await report({ kind: 'preparing', what: 'runtime' });
  const runtime = await platform.openRuntime(request.runtime);
  const setting = request.table?.setting ?? defaultSetting(runtime.description.runtime, arch.input);
  const floor = floorArchitecture(arch);
  const need = { setting, ops: gridOps(arch), calibration: [floor, arch, ...between(arch)], from: request.table };
  const completed = await completeTable(platform, runtime, {
    need,
    gate,
    report: (step) => report({ kind: 'table', ...step })
  });
  if (!completed) return null;
  const { table, measuredMs } = completed;
  const timingOf = interpolatorOf(table);
  const latencyOf = (candidate: Architecture): number | null => interpolatedMs(lower(candidate), table, timingOf);
  const baseMs = latencyOf(arch);
  const predictedFloor = latencyOf(floor);
  if (baseMs === null || predictedFloor === null) {
    return { refused: m.workers_table_short() };
  }
  const floorMs = measuredMs[0] ?? predictedFloor;
  const budgetMs = request.budget.kind === 'ms' ? request.budget.ms : request.budget.share * baseMs;
  await report({ kind: 'floor', floorMs, baseMs, budgetMs, table });
  const lowest = Math.min(floorMs, predictedFloor);
  if (budgetMs < lowest) {
    return { refused: m.workers_target_floor({ target: budgetMs.toPrecision(3), floor: lowest.toPrecision(3) }) };
  }
  return { runtime, table, latencyOf, baseMs, budgetMs };
}
