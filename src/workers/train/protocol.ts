/** @file Workers: training one network, as messages. */
import type { Architecture } from '$lib/arch/architecture';
import type { FitChange } from '$lib/arch/fit';
import type { EngineCandidate, RefusedEngine } from '$lib/engine/choose';
import type { Recipe } from '$lib/engine/recipe';
import type { Report } from '$lib/engine/report';
import type { Teaching } from '$lib/task/objective';
import type { Checked, Checkpoint, Metric, Tensors } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice } from '../choice';

export type { ClassesReport, Mistake } from '$lib/engine/class-report';
export type { Report } from '$lib/engine/report';
export type { JudgedScene, SceneAnswer, SceneReport } from '$lib/engine/scene-report';

/** What a recipe says beyond the four numbers every form shows; what is left out is as in `defaultRecipe`. */
export type RecipeDetails = Partial<Omit<Recipe, 'epochs' | 'batchSize' | 'learningRate' | 'seed'>>;

/** A trained network whose answers are learned from beside the labels. */
export interface Teacher {
  readonly checkpoint: Checkpoint;
  readonly loss: Teaching;
}

export interface TrainRequest {
  /** The table as drawn; it is fitted to the pictures before training. */
  readonly arch: Architecture;
  readonly data: DataChoice;
  /** Passes in all, those of `start` included. */
  readonly epochs: number;
  /** Pictures of a step, over all workers together. */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly engine: EngineChoice;
  /** Go on from here (same table); its epochs count as done. */
  readonly start: Checkpoint | null;
  readonly recipe?: RecipeDetails;
  /** Workers that share every step, on the SIMD core; without, as many as are timed to be fastest. */
  readonly workers?: number;
  readonly teacher?: Teacher | null;
  /** What the optimizer remembered at `start`, from the epoch event that held it; without, or of another rule, its memory starts empty. */
  readonly memory?: Tensors | null;
  /** What an epoch must beat to be kept, judged by the same pictures; without, the `start` of a training with a memory. */
  readonly best?: Checkpoint | null;
  /** 'estimate' prepares, times a step, reports 'ready' and 'estimate' and ends as stopped without a result. */
  readonly only?: 'estimate';
}

export type TrainEvent =
  /** 'timing' while one step is timed on each engine. */
  | { readonly kind: 'preparing'; readonly what: 'data' | 'engine' | 'network' | 'timing' }
  | {
      readonly kind: 'ready';
      readonly arch: Architecture;
      readonly changes: readonly FitChange[];
      /** The engine that trains, as `Engine.build` spells it. */
      readonly engine: string;
      /** The TensorFlow.js network that holds the weights, validates and checks; null when none opened. */
      readonly frame: string | null;
      readonly why: string;
      /** What the person should know of this choice: a machine without SIMD, answers that cannot be checked. */
      readonly warning: string | null;
      /** What was timed on the way to this choice, and what could not be had. */
      readonly candidates: readonly EngineCandidate[];
      readonly refused: readonly RefusedEngine[];
      readonly workers: number;
      readonly dataset: string;
      /** What the network is judged by. */
      readonly metric: Metric;
      readonly pictures: number;
      readonly batchSize: number;
    }
  /** From a timed step of this network on this engine and timed answers, before the first real ones. */
  | {
      readonly kind: 'estimate';
      readonly stepMs: number;
      readonly steps: number;
      /** What validating and checking once takes: after every epoch, and once more at the end. */
      readonly answersMs: number;
      readonly totalMs: number;
      readonly imagesPerSecond: number;
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
      readonly learningRate: number;
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
      /** By the metric of 'ready', as in `checkpoint`. */
      readonly validationAccuracy: number;
      readonly imagesPerSecond: number;
      readonly elapsedMs: number;
      /** `checkpoint.from.checked` says what TensorFlow.js answered on the same weights. */
      readonly checkpoint: Checkpoint;
      /** Whether it is kept: better than every one before, and than what was to beat. */
      readonly best: boolean;
      /** What the optimizer remembers: give it back with `checkpoint` to go on as if never stopped. */
      readonly memory: Tensors;
    }
  /** At the end or stop: the core's logits against TensorFlow.js' on the same weights. */
  | { readonly kind: 'checked'; readonly checked: Checked }
  /** At the end or stop: the network that is kept, on the validation split. */
  | { readonly kind: 'report'; readonly report: Report };

/**
 * The network that is kept: of the epoch with the best validation accuracy, the first of equals, or what was to beat. A
 * training stopped within its first epoch keeps what it had, scored, as so many epochs as it began with.
 */
export type TrainResult = Checkpoint;
