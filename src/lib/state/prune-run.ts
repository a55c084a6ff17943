/** @file State: what a pruning run shows, folded from its worker's events. */
import type { Architecture } from '$lib/arch/architecture';
import { settingLabel } from '$lib/latency/setting';
import type { NetAdaptStep, Proposal } from '$lib/netadapt/step';
import type { AdaptEvent, AdaptRequest, AdaptResult } from '$workers/adapt/protocol';

export type PruneStage = 'data' | 'runtime' | 'trainers' | 'table' | 'floor' | 'steps' | 'finish' | 'done';

/** How a finished run ended; the measured time is the device's own, end to end. */
export interface PruneOutcome {
  readonly arch: Architecture;
  readonly predictedMs: number;
  readonly measuredMs: number;
  /** The network before any cut, measured in the same minute. */
  readonly measuredBaseMs: number;
  /** Of the network before any cut and of the result, on all validation pictures. */
  readonly baseAccuracy: number;
  readonly accuracy: number;
  readonly reachedBudget: boolean;
}

/** A pruning run as shown; plain data without tensors. Times are ms per picture. */
export interface PruneView {
  /** The trained network before any cut. */
  readonly source: Architecture;
  readonly setting: string;
  readonly engine: string;
  readonly stage: PruneStage;
  readonly done: number;
  readonly total: number;
  readonly remainingMs: number | null;
  readonly floorMs: number | null;
  readonly baseMs: number | null;
  readonly budgetMs: number | null;
  /** Predicted time and accuracy before the first step: the scale of the steps. */
  readonly startMs: number | null;
  readonly startAccuracy: number | null;
  readonly steps: readonly NetAdaptStep[];
  /** Proposals of the step at work, and how many there will be. */
  readonly trying: readonly Proposal[];
  readonly candidates: number;
  readonly finish: { readonly epoch: number; readonly epochs: number } | null;
  readonly outcome: PruneOutcome | null;
}

/** The view of a pruning that was just asked for. */
export function beginPrune(request: AdaptRequest): PruneView {
  return {
    source: request.checkpoint.arch,
    setting: '',
    engine: '',
    stage: 'data',
    done: 0,
    total: 0,
    remainingMs: null,
    floorMs: null,
    baseMs: null,
    budgetMs: request.budget.kind === 'ms' ? request.budget.ms : null,
    startMs: request.finished[0]?.fromMs ?? null,
    startAccuracy: request.finished[0]?.fromAccuracy ?? null,
    steps: request.finished,
    trying: [],
    candidates: 0,
    finish: null,
    outcome: null
  };
}

/** Folds one event in. */
export function foldPrune(view: PruneView, event: AdaptEvent): PruneView {
  switch (event.kind) {
    case 'preparing':
      return { ...view, stage: event.what };
    case 'ready':
      return { ...view, engine: event.engine, setting: settingLabel(event.setting) };
    case 'table': {
      const { done, total, remainingMs } = event.progress;
      return { ...view, stage: 'table', done, total, remainingMs };
    }
    case 'floor': {
      const { floorMs, baseMs, budgetMs } = event;
      return { ...view, stage: 'floor', floorMs, baseMs, budgetMs };
    }
    case 'baseline':
      return { ...view, stage: 'steps', startMs: event.latencyMs, startAccuracy: event.accuracy };
    case 'candidates':
      return { ...view, stage: 'steps', trying: [], candidates: event.count };
    case 'proposal':
      return { ...view, stage: 'steps', trying: [...view.trying, event.proposal] };
    case 'step': {
      const steps = [...view.steps.filter((step) => step.index !== event.step.index), event.step];
      return { ...view, stage: 'steps', steps, trying: [] };
    }
    case 'corrected':
      return { ...view, budgetMs: event.budgetMs };
    case 'finish':
      return { ...view, stage: 'finish', finish: { epoch: event.epoch, epochs: event.epochs } };
    case 'progress': {
      const { done, total, remainingMs } = event.progress;
      return { ...view, done, total, remainingMs };
    }
  }
}

/** The view once the worker ended. */
export function closePrune(view: PruneView, result: AdaptResult | null): PruneView {
  const ended: PruneView = { ...view, stage: 'done', remainingMs: null, trying: [] };
  if (!result) return ended;
  const { steps, baseMs, budgetMs, checkpoint, predictedMs, measuredMs, measuredBaseMs } = result;
  const { baseAccuracy, accuracy, reachedBudget } = result;
  const times = { predictedMs, measuredMs, measuredBaseMs };
  const outcome = { arch: checkpoint.arch, ...times, baseAccuracy, accuracy, reachedBudget };
  return { ...ended, steps, baseMs, budgetMs, outcome };
}

/** Predicted times from the network before any cut on, one for each step; empty before the baseline is known. */
export function latenciesOf(view: PruneView): readonly number[] {
  const first = view.startMs ?? view.steps[0]?.fromMs;
  return first === undefined ? [] : [first, ...view.steps.map((step) => step.latencyMs)];
}

/** How far the time has come from the start to the target, 0..1; null before both are known. */
export function pruneShare(view: PruneView): number | null {
  const first = view.startMs;
  if (view.stage === 'done') return 1;
  if (first === null || view.budgetMs === null) return null;
  const last = view.steps.at(-1)?.latencyMs ?? first;
  return first <= view.budgetMs ? 1 : Math.max(0, Math.min(1, (first - last) / (first - view.budgetMs)));
}
