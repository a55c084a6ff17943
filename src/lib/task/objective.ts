/** @file Tasks: what a network learns from, as data: the kind of answer, its loss and what the truth is made of. */
import type { LabelledBox } from '$lib/data/dataset';

/** How a teacher's logits enter: `weight` is their share of the loss, the labels keep the rest (Hinton et al. 2015). */
export type Teaching =
  | { readonly kind: 'kl'; readonly temperature: number; readonly weight: number }
  | { readonly kind: 'mse'; readonly weight: number };

/** One class a picture. */
export interface ClassObjective {
  readonly kind: 'classes';
  /** Share of the truth spread evenly over all classes (Szegedy et al. 2016, §7). */
  readonly smoothing: number;
  readonly teacher: Teaching | null;
}

/** One class a pixel of the output map; pixels labelled `ignore` count for nothing. */
export interface PixelObjective {
  readonly kind: 'pixels';
  readonly loss: 'crossEntropy' | 'binary';
  readonly ignore: number | null;
}

/** SSD multibox: smooth L1 and cross-entropy, with `negatives` hard negatives for each match (SSD §2.2). */
export interface BoxObjective {
  readonly kind: 'boxes';
  readonly negatives: number;
}

export type Objective = ClassObjective | PixelObjective | BoxObjective;

/** Labels alone, nothing smoothed. */
export const plainClasses: ClassObjective = { kind: 'classes', smoothing: 0, teacher: null };

/** Three negatives for each match, as SSD §2.2. */
export const plainBoxes: BoxObjective = { kind: 'boxes', negatives: 3 };

/** What is right for a batch of `count` pictures. */
export interface Truth {
  readonly count: number;
  /** One a picture, or one a pixel of the output map; unused where boxes are learned. */
  readonly labels: Uint8Array;
  /** A teacher's logits [count, classes]. */
  readonly teacher?: Float32Array;
  /** The things in each picture. */
  readonly boxes?: readonly (readonly LabelledBox[])[];
}

/** What a batch was worth. */
export interface Verdict {
  /** Mean loss. */
  readonly loss: number;
  /** How many pictures are right; for maps and boxes the sum of their right shares. */
  readonly correct: number;
  /** How many terms the mean is over: pictures, pixels that count, or matched default boxes. */
  readonly terms: number;
}
