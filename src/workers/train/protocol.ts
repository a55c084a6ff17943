/** @file Workers: training one network, as messages. */
import type { Architecture } from '$lib/arch/architecture';
import type { FitChange } from '$lib/arch/fit';
import type { EngineCandidate, RefusedEngine } from '$lib/engine/choose';
import type { Recipe } from '$lib/engine/recipe';
import type { Report } from '$lib/engine/report';
import type { Teaching } from '$lib/task/objective';
import type { Checked, Checkpoint, Tensors } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice } from '../choice';

export type { Mistake, Report } from '$lib/engine/report';

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
  /** What the optimizer remembered at `start`, from the epoch event that held it; without, its memory starts empty. */
  readonly memory?: Tensors | null;
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
      readonly pictures: number;
      readonly batchSize: number;
    }
  /** From a timed step of this network on this engine, before the first real one. */
  | {
      readonly kind: 'estimate';
      readonly stepMs: number;
      readonly steps: number;
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
      readonly validationAccuracy: number;
      readonly imagesPerSecond: number;
      readonly elapsedMs: number;
      /** `checkpoint.from.checked` says what TensorFlow.js answered on the same weights. */
      readonly checkpoint: Checkpoint;
      /** What the optimizer remembers: give it back with `checkpoint` to go on as if never stopped. */
      readonly memory: Tensors;
    }
  /** At the end or stop: the core's logits against TensorFlow.js' on the same weights. */
  | { readonly kind: 'checked'; readonly checked: Checked }
  /** At the end or stop, on the validation split. */
  | { readonly kind: 'report'; readonly report: Report };

/** The network at the end, or at the stop. */
export type TrainResult = Checkpoint;
