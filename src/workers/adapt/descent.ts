/** @file Workers: the way down: cuts until the table says enough, measures, and goes on where the device disagrees. */
import type { Architecture } from '$lib/arch/architecture';
import { adapt, type AdaptEvent as RoomEvent } from '$lib/netadapt/adapt';
import type { PruneEvaluator } from '$lib/netadapt/evaluator';
import type { NetAdaptStep } from '$lib/netadapt/step';
import type { Checkpoint, Tensors } from '$lib/weights/checkpoint';
import { measureWhole } from '../latency-job';
import type { Platform } from '../platform';
import type { RunGate } from '../run';
import type { Limits } from './limits';
import type { AdaptEvent, AdaptRequest } from './protocol';

/** Where the descent stands; times are ms per picture. */
export interface Outcome {
  arch: Architecture;
  tensors: Tensors;
  accuracy: number;
  baseAccuracy: number;
  predictedMs: number;
  measuredMs: number;
  measuredBaseMs: number;
  steps: NetAdaptStep[];
  /** Whether the device itself measured the target, within `tolerance`. */
  reachedBudget: boolean;
}

export interface Context {
  readonly platform: Platform;
  readonly gate: RunGate;
  readonly evaluator: PruneEvaluator;
  readonly report: (event: AdaptEvent) => Promise<void>;
  readonly toCheckpoint: (outcome: Outcome) => Checkpoint;
}

/** Two measurements of one network differ by about this much on a quiet machine. */
const tolerance = 1.02;

/** How often the table's verdict is corrected by the device before the run ends where it is. */
const mostCorrections = 3;

/** Takes one event in; answers why the run cannot go on, or null. */
async function follow(event: RoomEvent, outcome: Outcome, { report }: Context): Promise<string | null> {
  const before = outcome.steps.length;
  switch (event.kind) {
    case 'baseline':
      if (before > 0) return null;
      outcome.baseAccuracy = outcome.accuracy = event.accuracy;
      outcome.predictedMs = event.latencyMs;
      await report({ kind: 'baseline', latencyMs: event.latencyMs, accuracy: event.accuracy });
      return null;
    case 'candidates':
      await report({ kind: 'candidates', step: before + 1, count: event.candidates.length, targetMs: event.targetMs });
      return null;
    case 'proposal':
      await report({ kind: 'proposal', step: before + 1, proposal: event.proposal });
      return null;
    case 'step': {
      // A corrected descent counts on where the one before it ended.
      const step = { ...event.step, index: before + 1 };
      const { arch, accuracy, latencyMs: predictedMs } = step;
      Object.assign(outcome, { arch, tensors: event.tensors, accuracy, predictedMs });
      outcome.steps.push(step);
      return null;
    }
    case 'done':
      outcome.reachedBudget = event.reachedBudget;
      return null;
    case 'unreachable':
      return event.message;
    case 'failed':
      return event.reason;
  }
}

/**
 * Cuts the network of the request until the device measures the target: the table guides every step, and where a
 * measurement end to end disagrees with it, its budget is corrected and the descent goes on. A sentence says why it failed.
 */
export async function descend(request: AdaptRequest, limits: Limits, context: Context): Promise<Outcome | string> {
  const { platform, gate, evaluator, report } = context;
  const { runtime, table, latencyOf, baseMs, budgetMs } = limits;
  const { delta, rule, seed, workers, maxSteps } = request;
  const { arch, tensors } = request.checkpoint;
  const unknown = { accuracy: 0, baseAccuracy: 0, measuredMs: Number.NaN, measuredBaseMs: Number.NaN };
  const outcome: Outcome = { arch, tensors, ...unknown, predictedMs: baseMs, steps: [], reachedBudget: false };
  const began = platform.clock();
  let limitMs = budgetMs;
  for (let correction = 0; ; correction++) {
    const left = maxSteps === null ? null : maxSteps - outcome.steps.length;
    const finished = correction === 0 ? request.finished : [];
    const from = { arch: outcome.arch, tensors: outcome.tensors, budgetMs: limitMs, maxSteps: left, finished };
    for await (const event of adapt({ ...from, latencyOf, evaluator, delta, rule, seed, workers })) {
      if (!(await gate.open())) break;
      const reason = await follow(event, outcome, context);
      if (reason && outcome.steps.length > 0 && event.kind === 'unreachable') break;
      if (reason) return reason;
      const step = outcome.steps.at(-1);
      if (event.kind !== 'step' || !step) continue;
      await report({ kind: 'step', step, checkpoint: context.toCheckpoint(outcome) });
      const done = baseMs - outcome.predictedMs;
      const elapsedMs = platform.clock() - began;
      const remainingMs = done > 0 ? (elapsedMs / done) * Math.max(0, outcome.predictedMs - limitMs) : Number.NaN;
      await report({ kind: 'progress', progress: { done, total: baseMs - limitMs, elapsedMs, remainingMs } });
    }
    const whole = await measureWhole(platform, runtime, { archs: [arch, outcome.arch], batch: table.setting.batch });
    const [measuredBaseMs = Number.NaN, measuredMs = Number.NaN] = whole;
    Object.assign(outcome, { measuredBaseMs, measuredMs });
    const goalMs = request.budget.kind === 'share' ? request.budget.share * measuredBaseMs : budgetMs;
    const predicted = outcome.reachedBudget;
    outcome.reachedBudget = measuredMs <= goalMs * tolerance;
    const out = maxSteps !== null && outcome.steps.length >= maxSteps;
    if (gate.stopped || outcome.reachedBudget || !predicted || out || correction === mostCorrections) return outcome;
    limitMs = (outcome.predictedMs * goalMs) / measuredMs;
    await report({ kind: 'corrected', measuredMs, goalMs, budgetMs: limitMs });
  }
}
