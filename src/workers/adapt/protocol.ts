/** @file Workers: NetAdapt on a trained network, as messages. */
import type { DeploymentSetting } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import type { NetAdaptStep, Proposal } from '$lib/netadapt/step';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice, RuntimeChoice } from '../choice';
import type { Progress } from '../run';

export interface AdaptRequest {
  readonly checkpoint: Checkpoint;
  readonly data: DataChoice;
  readonly engine: EngineChoice;
  readonly runtime: RuntimeChoice;
  /** Target as a share of the measured latency, or in ms per picture. */
  readonly budget: { readonly kind: 'share'; readonly share: number } | { readonly kind: 'ms'; readonly ms: number };
  /** Each step must save at least this share of the first latency (MobileNetV3 §4.2 uses 0.01). */
  readonly delta: number;
  readonly rule: 'v3' | 'eccv';
  /** Pictures of one short fine-tune. */
  readonly fineTunePictures: number;
  /** Passes over the train split at the end, on the network chosen; 0 leaves it as the last step trained it. */
  readonly finishEpochs: number;
  readonly seed: number;
  readonly workers: number;
  readonly table: LatencyTable | null;
  /** Steps of an interrupted run with the same request, replayed from their decisions. */
  readonly finished: readonly NetAdaptStep[];
  /** Stop after this many steps even above the target; null goes on to the target. */
  readonly maxSteps: number | null;
}

export type AdaptEvent =
  | { readonly kind: 'preparing'; readonly what: 'data' | 'runtime' | 'trainers' }
  | { readonly kind: 'ready'; readonly setting: DeploymentSetting; readonly engine: string; readonly workers: number }
  | { readonly kind: 'table'; readonly progress: Progress; readonly table: LatencyTable }
  | {
      readonly kind: 'floor';
      readonly floorMs: number;
      readonly baseMs: number;
      readonly budgetMs: number;
      readonly table: LatencyTable;
    }
  | { readonly kind: 'baseline'; readonly latencyMs: number; readonly accuracy: number }
  /** A step begins: so many proposals will be tried. */
  | { readonly kind: 'candidates'; readonly step: number; readonly count: number; readonly targetMs: number }
  | { readonly kind: 'proposal'; readonly step: number; readonly proposal: Proposal }
  | { readonly kind: 'step'; readonly step: NetAdaptStep; readonly checkpoint: Checkpoint }
  /** The table said enough, the device measured more than the goal: the table's budget was corrected. */
  | { readonly kind: 'corrected'; readonly measuredMs: number; readonly goalMs: number; readonly budgetMs: number }
  | { readonly kind: 'finish'; readonly epoch: number; readonly epochs: number; readonly validationAccuracy: number }
  | { readonly kind: 'progress'; readonly progress: Progress };

export interface AdaptResult {
  readonly checkpoint: Checkpoint;
  readonly steps: readonly NetAdaptStep[];
  readonly baseMs: number;
  readonly budgetMs: number;
  /** What the table predicts for the result, and what the device measured end to end. */
  readonly predictedMs: number;
  readonly measuredMs: number;
  /** The network it came from, measured in the same minute. */
  readonly measuredBaseMs: number;
  readonly baseAccuracy: number;
  readonly accuracy: number;
  readonly reachedBudget: boolean;
  readonly table: LatencyTable;
}
