/** @file Data: pictures and what is right about them in memory, split once into train, validation and test. */
import type { Shape } from '$lib/arch/architecture';

/** Pictures as uint8 NHWC. */
interface Pictures {
  readonly count: number;
  readonly images: Uint8Array;
}

/** Pictures with one label each. */
export interface Split extends Pictures {
  readonly labels: Uint8Array;
}

/** A thing in a picture: corners as shares of the picture's width and height, 0 to 1, and its class (0 is background). */
export interface LabelledBox {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly class: number;
}

/** Pictures with one label a pixel [count, height, width], and the box of everything that is in each. */
export interface SceneSplit extends Pictures {
  readonly masks: Uint8Array;
  readonly boxes: readonly (readonly LabelledBox[])[];
}

export type SplitName = 'train' | 'validation' | 'test';

/** A picture set; search and pruning see train and validation only, test is read once by a final report. */
interface PictureSet<Kind, Part> {
  /** What is known of each picture: its class, or its mask and boxes. */
  readonly kind: Kind;
  readonly id: string;
  readonly name: string;
  readonly shape: Shape;
  /** Of scenes the first is the background. */
  readonly classes: readonly string[];
  readonly sha256: string;
  /** Per-channel mean and standard deviation in 0..1 that normalise; those of the train split unless the set says others. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly splits: Readonly<Record<SplitName, Part>>;
}

/** Pictures with a class each. */
export type ClassSet = PictureSet<'classes', Split>;

/** Pictures with a mask and boxes each. */
export type SceneSet = PictureSet<'scenes', SceneSplit>;

export type Dataset = ClassSet | SceneSet;
