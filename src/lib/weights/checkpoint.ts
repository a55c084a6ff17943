/** @file Step 4, network: trained numbers as plain arrays, with where they came from. */
import type { Architecture } from '$lib/arch/architecture';

/** A dense float32 array in row-major order of `shape` (conv HWIO, depthwise [k, k, C, 1], dense [in, out]). */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name, as `tensorsOf` spells them. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** The answers of the engine that trained, compared with those of another on the same weights and pictures. */
export interface Checked {
  /** The other engine, as `Engine.build` spells it. */
  readonly against: string;
  /** Largest difference of two logits as a share of the largest logit. */
  readonly worst: number;
}

/** What a network is judged by: accuracy of a classifier, mean IoU of masks, average precision of boxes at an overlap of a half. */
export const metrics = ['accuracy', 'mIoU', 'AP@0.5'] as const;
export type Metric = (typeof metrics)[number];

/** What produced a checkpoint. */
export interface Provenance {
  readonly dataset: string;
  /** SHA-256 of the dataset's bytes, hex. */
  readonly datasetSha256: string;
  readonly epochs: number;
  readonly seed: number;
  /** Engine and build, as `Engine.build` spells it. */
  readonly engine: string;
  /** How well it did on the validation split, 0 to 1, by `metric`. */
  readonly validationAccuracy: number | null;
  /** Accuracy where absent. */
  readonly metric?: Metric;
  /** Absent where nothing was compared. */
  readonly checked?: Checked;
}

/** A network with its numbers. */
export interface Checkpoint {
  readonly format: 1;
  readonly arch: Architecture;
  readonly tensors: Tensors;
  readonly from: Provenance;
}

/** Whether every number is finite; a plain sum, for files of millions. */
export function finiteValues(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += 0 * (data[i] as number);
  return sum === 0;
}

/** Whether every number of a tensor is finite. */
export const allFinite = ({ data }: Tensor): boolean => finiteValues(data);
