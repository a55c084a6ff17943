/** @file Workers: training one network, as messages. */
import type { Architecture } from '$lib/arch/architecture';
import type { FitChange } from '$lib/arch/fit';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice } from '../choice';

export interface TrainRequest {
  /** The table as drawn; it is fitted to the pictures before training. */
  readonly arch: Architecture;
  readonly data: DataChoice;
  /** Passes in all, those of `start` included. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly engine: EngineChoice;
  /** Go on from here (same table); its epochs count as done. */
  readonly start: Checkpoint | null;
}

export type TrainEvent =
  | { readonly kind: 'preparing'; readonly what: 'data' | 'engine' | 'network' }
  | {
      readonly kind: 'ready';
      readonly arch: Architecture;
      readonly changes: readonly FitChange[];
      readonly engine: string;
      readonly why: string;
      readonly dataset: string;
      readonly pictures: number;
      readonly batchSize: number;
    }
  | {
      readonly kind: 'step';
      /** Epochs finished before this step, counted from 0. */
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly stepsPerEpoch: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly imagesPerSecond: number;
      readonly elapsedMs: number;
      readonly remainingMs: number;
    }
  | {
      readonly kind: 'epoch';
      /** Epochs finished, counted from 1. */
      readonly epoch: number;
      readonly epochs: number;
      readonly trainLoss: number;
      readonly trainAccuracy: number;
      readonly validationLoss: number;
      readonly validationAccuracy: number;
      readonly elapsedMs: number;
      readonly checkpoint: Checkpoint;
    };

/** The network at the end, or at the stop. */
export type TrainResult = Checkpoint;
