/** @file State: what a search shows, folded from its worker's events. */
import type { Architecture } from '$lib/arch/architecture';
import type { FitChange } from '$lib/arch/fit';
import { settingLabel } from '$lib/latency/setting';
import type { SearchLog } from '$lib/search/log';
import { bestTrial, type Trial } from '$lib/search/trial';
import type { SearchEvent, SearchRequest, SearchResult } from '$workers/search/protocol';

export type SearchStage = 'data' | 'runtime' | 'trainers' | 'table' | 'floor' | 'trials' | 'done';

/** A search as shown; plain data without tensors. Times are ms per picture. */
export interface SearchView {
  readonly source: Architecture;
  /** The start as fitted to the pictures; null until the worker said. */
  readonly arch: Architecture | null;
  readonly changes: readonly FitChange[];
  readonly setting: string;
  readonly engine: string;
  /** Networks in the space, a whole number as text. */
  readonly members: string;
  readonly stage: SearchStage;
  readonly done: number;
  readonly total: number;
  readonly remainingMs: number | null;
  readonly imagesPerSecond: number | null;
  readonly floorMs: number | null;
  readonly baseMs: number | null;
  readonly budgetMs: number | null;
  readonly wanted: number;
  readonly trials: readonly Trial[];
  /** From which an interrupted search goes on. */
  readonly log: SearchLog | null;
}

/** The view of a search that was just asked for. */
export function beginSearch(request: SearchRequest): SearchView {
  return {
    source: request.arch,
    arch: null,
    changes: [],
    setting: '',
    engine: '',
    members: '',
    stage: 'data',
    done: 0,
    total: 0,
    remainingMs: null,
    imagesPerSecond: null,
    floorMs: null,
    baseMs: null,
    budgetMs: request.budget.kind === 'ms' ? request.budget.ms : null,
    wanted: request.trials,
    trials: [],
    log: request.log
  };
}

/** Folds one event in. */
export function foldSearch(view: SearchView, event: SearchEvent): SearchView {
  switch (event.kind) {
    case 'preparing':
      return { ...view, stage: event.what };
    case 'ready': {
      const { arch, changes, members } = event;
      return { ...view, arch, changes, members, setting: settingLabel(event.setting) };
    }
    case 'table': {
      const { done, total, remainingMs } = event.progress;
      return { ...view, stage: 'table', done, total, remainingMs };
    }
    case 'floor': {
      const { floorMs, baseMs, budgetMs } = event;
      return { ...view, stage: 'floor', floorMs, baseMs, budgetMs: budgetMs ?? view.budgetMs };
    }
    case 'training':
      return { ...view, stage: 'trials', engine: event.engine };
    case 'log':
      return { ...view, log: event.log };
    case 'trial':
      return { ...view, stage: 'trials', trials: withTrial(view.trials, event.trial) };
    case 'progress': {
      const { done, total, remainingMs } = event.progress;
      return { ...view, stage: 'trials', done, total, remainingMs, imagesPerSecond: event.imagesPerSecond };
    }
  }
}

/** The view once the worker ended. */
export function closeSearch(view: SearchView, result: SearchResult | null): SearchView {
  const ended: SearchView = { ...view, stage: 'done', remainingMs: null };
  if (!result) return ended;
  const { trials, floorMs, baseMs, budgetMs } = result;
  return { ...ended, trials, floorMs, baseMs, budgetMs: budgetMs ?? view.budgetMs };
}

/** Puts the latest state of a trial in its place, new ones at the end. */
function withTrial(trials: readonly Trial[], trial: Trial): readonly Trial[] {
  const at = trials.findIndex((old) => old.id === trial.id);
  return at < 0 ? [...trials, trial] : trials.map((old, i) => (i === at ? trial : old));
}

/** How many trials stand where. */
export interface TrialCounts {
  readonly tried: number;
  readonly rejected: number;
  readonly training: number;
  readonly trained: number;
  readonly failed: number;
}

/** Counts trials; those stopped early by successive halving count as trained. */
export function countTrials(trials: readonly Trial[]): TrialCounts {
  const of = (...statuses: readonly Trial['status'][]): number =>
    trials.filter((t) => statuses.includes(t.status)).length;
  return {
    tried: trials.length,
    rejected: of('rejected'),
    training: of('training'),
    trained: of('scored', 'pruned'),
    failed: of('failed')
  };
}

/** The best trial within the budget (ms per picture); null before any training. */
export function bestWithin(trials: readonly Trial[], budgetMs: number): Trial | null {
  return bestTrial(trials.filter((trial) => trial.latencyMs !== null && trial.latencyMs <= budgetMs));
}

/** Trials in the order of the list: within the budget by accuracy, then those still training, then the rejected. */
export function ranked(trials: readonly Trial[], budgetMs: number): readonly Trial[] {
  const rank = (trial: Trial): number => {
    if (trial.status === 'rejected' || (trial.latencyMs ?? 0) > budgetMs) return 3;
    if (trial.status === 'failed') return 2;
    return trial.validationAccuracy === null ? 1 : 0;
  };
  const score = (trial: Trial): number => trial.validationAccuracy ?? -(trial.latencyMs ?? 0);
  return [...trials].sort((a, b) => rank(a) - rank(b) || score(b) - score(a) || a.id - b.id);
}
