/** @file Workers: a latency-constrained search, as messages. */
import type { Architecture } from '$lib/arch/architecture';
import type { FitChange } from '$lib/arch/fit';
import type { DeploymentSetting } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import type { SearchLog } from '$lib/search/log';
import type { StrategyId } from '$lib/search/strategies/choose';
import type { Trial } from '$lib/search/trial';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice, RuntimeChoice } from '../choice';
import type { Progress } from '../run';

/** A limit every candidate must keep before anything is trained: a share of the base's ms, ms per picture, or MAdds. */
export type BudgetRequest =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'ms'; readonly ms: number }
  | { readonly kind: 'madds'; readonly madds: number };

export interface SearchRequest {
  /** The table the space is made from; it is fitted to the pictures first. */
  readonly arch: Architecture;
  readonly data: DataChoice;
  readonly engine: EngineChoice;
  readonly runtime: RuntimeChoice;
  readonly budget: BudgetRequest;
  readonly strategy: StrategyId;
  readonly trials: number;
  readonly seed: number;
  /** Trainers at once; the trials do not depend on it. */
  readonly workers: number;
  /** A latency table of this device; without one the run measures one first. */
  readonly table: LatencyTable | null;
  /** The log of an interrupted run with the same request: its results are replayed, not trained again. */
  readonly log: SearchLog | null;
}

export type SearchEvent =
  | { readonly kind: 'preparing'; readonly what: 'data' | 'runtime' | 'trainers' }
  | {
      readonly kind: 'ready';
      /** The base, fitted to the pictures. */
      readonly arch: Architecture;
      readonly changes: readonly FitChange[];
      readonly setting: DeploymentSetting;
      /** Networks in the space, a whole number as text: it may have twenty digits. */
      readonly members: string;
    }
  | { readonly kind: 'table'; readonly progress: Progress; readonly table: LatencyTable }
  /** Measured end to end, ms per picture; a budget below the floor cannot be met. */
  | {
      readonly kind: 'floor';
      readonly floorMs: number;
      readonly baseMs: number;
      readonly budgetMs: number | null;
      readonly table: LatencyTable;
    }
  | { readonly kind: 'training'; readonly engine: string; readonly workers: number }
  /** A trial started, finished a rung, was rejected, or ended; the latest state of the trial of this id. */
  | { readonly kind: 'trial'; readonly trial: Trial }
  /** A training finished: what to store so that the run can be resumed. */
  | { readonly kind: 'log'; readonly log: SearchLog }
  | { readonly kind: 'progress'; readonly progress: Progress; readonly imagesPerSecond: number };

export interface SearchResult {
  readonly trials: readonly Trial[];
  readonly best: Trial | null;
  /** The best network with its weights, to train further, prune or save. */
  readonly checkpoint: Checkpoint | null;
  /** Null for a MAdds budget without a table. */
  readonly table: LatencyTable | null;
  readonly floorMs: number | null;
  readonly baseMs: number | null;
  readonly budgetMs: number | null;
  readonly budgetMadds: number | null;
}
