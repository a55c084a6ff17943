/** @file Workers: what a search may spend: its latency table, the ends of the range, and the budget in its own unit. */
import { rngOf } from '$lib/base/rng';
import { defaultSetting } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import type { Budget } from '$lib/search/constraint';
import { budgetIssue, floorNetwork } from '$lib/search/floor';
import { calibrationMembers, keysOf } from '$lib/search/members';
import { decode, type SearchSpace } from '$lib/search/space';
import { totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { completeTable, predictedMs, type TableReport } from '../latency-job';
import type { Platform } from '../platform';
import type { RunGate } from '../run';
import type { SearchEvent, SearchRequest } from './protocol';

/** Whole networks measured end to end to calibrate the sum of ops: floor, base, largest and two random members. */
const calibrationCount = 5;

export interface Limits {
  readonly table: LatencyTable | null;
  readonly budget: Budget;
  /** Smallest member and base, ms per picture; null for a MAdds budget without a table. */
  readonly floorMs: number | null;
  readonly baseMs: number | null;
}

/** Limits, a refusal in a sentence, or null when stopped on the way. */
export type LimitsAnswer = Limits | { readonly refused: string } | null;

interface Context {
  readonly platform: Platform;
  readonly gate: RunGate;
  readonly report: (event: SearchEvent) => Promise<void>;
}

function maddsLimits(space: SearchSpace, budgetMadds: number, known: Omit<Limits, 'budget'>): LimitsAnswer {
  const floor = totalCost(lower(floorNetwork(space))).madds;
  const issue = budgetIssue(budgetMadds, floor, 'MAdds');
  return issue ? { refused: issue.message } : { ...known, budget: { kind: 'madds', budgetMadds } };
}

/** Measures what is not known yet and turns the requested budget into a checked one. */
export async function limitsOf(request: SearchRequest, space: SearchSpace, context: Context): Promise<LimitsAnswer> {
  const { platform, gate, report } = context;
  const { budget } = request;
  if (budget.kind === 'madds' && !request.table) {
    return maddsLimits(space, budget.madds, { table: null, floorMs: null, baseMs: null });
  }
  await report({ kind: 'preparing', what: 'runtime' });
  const runtime = await platform.openRuntime(request.runtime);
  const setting = request.table?.setting ?? defaultSetting(runtime.description.runtime, space.base.input);
  const members = calibrationMembers(space, rngOf(request.seed).fork('calibration'), calibrationCount);
  const need = {
    setting,
    ops: keysOf(space).values(),
    calibration: members.map((choices) => decode(space, choices)),
    from: request.table
  };
  const told = (step: TableReport): Promise<void> => report({ kind: 'table', ...step });
  const completed = await completeTable(platform, runtime, { need, gate, report: told });
  if (!completed) return null;
  const { table, measuredMs } = completed;
  const floor = floorNetwork(space);
  const floorMs = measuredMs[0] ?? predictedMs(floor, table);
  // The budget follows the table, not this moment's clock: the same table must give the same trials.
  const baseMs = predictedMs(space.base, table);
  const budgetMs = budget.kind === 'madds' ? null : budget.kind === 'ms' ? budget.ms : budget.share * baseMs;
  await report({ kind: 'floor', floorMs, baseMs, budgetMs, table });
  if (budgetMs === null)
    return maddsLimits(space, budget.kind === 'madds' ? budget.madds : 0, { table, floorMs, baseMs });
  const issue = budgetIssue(budgetMs, Math.min(floorMs, predictedMs(floor, table)), 'ms');
  return issue ? { refused: issue.message } : { table, budget: { kind: 'latency', budgetMs }, floorMs, baseMs };
}
