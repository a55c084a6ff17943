/** @file Workers: the trainer, a worker that trains one network at a time for search and pruning. */
import type { Architecture } from '$lib/arch/architecture';
import type { Tensors } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice } from '../platform';

/** What a trainer is opened with, once. */
export interface TrainerSetup {
  readonly data: DataChoice;
  readonly engine: EngineChoice;
  readonly batchSize: number;
}

/** One training and its score on validation pictures. */
export interface TrainerJob {
  readonly arch: Architecture;
  readonly seed: number;
  /** Weights to start from; null draws them from the seed. */
  readonly start: Tensors | null;
  /** Pictures to train on in this job, in passes over the train split (fractions allowed). */
  readonly epochs: number;
  /** Passes already made by `start`, so that a continued training goes on where it was. */
  readonly startEpoch: number;
  readonly learningRate: number;
  /** Constant for short fine-tunes, cosine for trainings. */
  readonly schedule: 'cosine' | 'constant';
  /** Validation pictures to score on; null takes all. */
  readonly validationLimit: number | null;
}

export type TrainerAnswer =
  | {
      readonly kind: 'scored';
      readonly validationAccuracy: number;
      readonly validationLoss: number;
      readonly trained: Tensors;
      readonly pictures: number;
      readonly trainMs: number;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** A trainer seen from its pool. */
export interface TrainerPort {
  open(setup: TrainerSetup): Promise<{ build: string }>;
  train(job: TrainerJob): Promise<TrainerAnswer>;
  pause(): void;
  resume(): void;
  /** Ends the worker at once. */
  kill(): void;
  /** Called when the worker died on its own. */
  onDeath(listener: (reason: string) => void): void;
}
