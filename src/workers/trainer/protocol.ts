/** @file Workers: the trainer, a worker that trains one network at a time for search and pruning. */
import type { Architecture } from '$lib/arch/architecture';
import type { Tensors } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice } from '../choice';

/** What a trainer is opened with, once. */
export interface TrainerSetup {
  readonly data: DataChoice;
  readonly engine: EngineChoice;
  readonly batchSize: number;
}

/** One stretch of training and the score after it; epochs are passes over the train split, fractions allowed. */
export interface TrainerJob {
  readonly arch: Architecture;
  readonly seed: number;
  /** Weights at `fromEpoch`; null draws them from the seed (and then training begins at epoch 0). */
  readonly start: Tensors | null;
  readonly fromEpoch: number;
  readonly toEpoch: number;
  /** The cosine the stretch belongs to, in epochs; null keeps the rate constant, as short fine-tunes do. */
  readonly cosine: { readonly fromEpoch: number; readonly toEpoch: number } | null;
  readonly learningRate: number;
  /** Score on this many validation pictures; null takes all. */
  readonly validationLimit: number | null;
}

export type TrainerAnswer =
  | {
      readonly kind: 'scored';
      readonly validationAccuracy: number;
      readonly validationLoss: number;
      readonly trained: Tensors;
      /** Pictures trained on, and the ms that took. */
      readonly pictures: number;
      readonly trainMs: number;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** What the worker offers. */
export interface TrainerRunner {
  /** Loads data and engine; answers the engine's build and the dataset's SHA-256. */
  open(setup: TrainerSetup): Promise<TrainerReady>;
  train(job: TrainerJob): Promise<TrainerAnswer>;
  pause(): void;
  resume(): void;
}

export interface TrainerReady {
  readonly build: string;
}

/** A trainer seen from its pool. */
export interface TrainerPort {
  open(setup: TrainerSetup): Promise<TrainerReady>;
  train(job: TrainerJob): Promise<TrainerAnswer>;
  pause(): void;
  resume(): void;
  /** Ends the worker at once; a job under way never answers. */
  kill(): void;
  /** Called once when the worker died on its own. */
  onDeath(listener: (reason: string) => void): void;
}
