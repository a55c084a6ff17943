/** @file Data: pictures and labels in memory, split once into train, validation and test. */
import type { Shape } from '$lib/arch/architecture';

/** Pictures as uint8 NHWC with one label each. */
export interface Split {
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export type SplitName = 'train' | 'validation' | 'test';

/** A labelled picture set; search and pruning see train and validation only, test is read once by a final report. */
export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly shape: Shape;
  readonly classes: readonly string[];
  readonly sha256: string;
  /** Per-channel mean and standard deviation of the train split, in 0..1, used to normalise. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly splits: Readonly<Record<SplitName, Split>>;
}
