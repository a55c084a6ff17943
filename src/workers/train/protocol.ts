/** @file Workers: training one network, as messages. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import type { FitChange } from '$lib/arch/fit';
import type { SplitName } from '$lib/data/dataset';
import type { EngineCandidate, RefusedEngine } from '$lib/engine/choose';
import type { Recipe } from '$lib/engine/recipe';
import type { Checked, Checkpoint, Tensors } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice } from '../choice';

/** What a recipe says beyond the four numbers every form shows; what is left out is as in `defaultRecipe`. */
export type RecipeDetails = Partial<Omit<Recipe, 'epochs' | 'batchSize' | 'learningRate' | 'seed'>>;

/** A trained network whose answers are learned from as well, and how much they count (0..1) beside the labels. */
export interface Teacher {
  readonly checkpoint: Checkpoint;
  /** 'kl': softened answers (Hinton et al. 2015, section 2); 'mse': the logits themselves. */
  readonly loss:
    | { readonly kind: 'kl'; readonly temperature: number; readonly weight: number }
    | { readonly kind: 'mse'; readonly weight: number };
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
  /** Workers that share every step, on the SIMD core; 1 without. */
  readonly workers?: number;
  readonly teacher?: Teacher | null;
  /** What the optimizer remembered at `start`, from the epoch event that held it; without, its memory starts empty. */
  readonly memory?: Tensors | null;
  /** 'estimate' prepares, times a step, reports 'ready' and 'estimate' and ends as stopped without a result. */
  readonly only?: 'estimate';
}

/** A picture that was taken for something else. */
export interface Mistake {
  /** Index in the split. */
  readonly picture: number;
  readonly truth: number;
  readonly predicted: number;
  /** Softmax share 0..1 of the wrong answer, and of the right one. */
  readonly probability: number;
  readonly truthProbability: number;
  /** The picture itself, uint8 [height, width, channels]. */
  readonly pixels: Uint8Array;
}

/** How a trained network does on a split, in full. */
export interface Report {
  readonly split: SplitName;
  readonly count: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly classes: readonly string[];
  /** Height, width and channels of a picture. */
  readonly shape: Shape;
  /** Pictures by true class (rows) and answered class (columns). */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly {
    readonly name: string;
    readonly count: number;
    /** Share 0..1 of the class's pictures that were found; null without pictures. */
    readonly recall: number | null;
    /** Share 0..1 of the pictures given this class that belong to it; null when it was never given. */
    readonly precision: number | null;
  }[];
  /** Most confidently wrong first; at most 36. */
  readonly worst: readonly Mistake[];
  /** Share 0..1 of pictures whose class is among the five likeliest; null below six classes. */
  readonly top5: number | null;
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
