/** @file Data: turns pictures of a split into normalised float batches. */
import type { Dataset, SplitName } from './dataset';

/** Writes the chosen pictures to `out` as (value / 255 - mean) / std per channel, float32 NHWC; returns their labels. */
export function normalise(
  dataset: Dataset,
  split: SplitName,
  indices: ArrayLike<number>,
  out: Float32Array
): Uint8Array {
  const { images, labels, count } = dataset.splits[split];
  const channels = dataset.shape[2];
  const size = dataset.shape[0] * dataset.shape[1] * channels;
  if (out.length < indices.length * size) {
    throw new Error(
      `batch of ${indices.length}: must have room for ${indices.length * size} floats, got ${out.length}`
    );
  }
  const scale = Array.from({ length: channels }, (_, c) => 1 / (255 * (dataset.std[c] ?? 1)));
  const shift = Array.from({ length: channels }, (_, c) => -(dataset.mean[c] ?? 0) / (dataset.std[c] ?? 1));
  const chosen = new Uint8Array(indices.length);
  let to = 0;
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    if (!(index >= 0 && index < count)) throw new Error(`picture of ${split}: must be below ${count}, got ${index}`);
    chosen[row] = labels[index]!;
    let from = index * size;
    for (let i = 0; i < size; i += channels) {
      for (let c = 0; c < channels; c++) out[to++] = images[from++]! * scale[c]! + shift[c]!;
    }
  }
  return chosen;
}

/** Mirrors one picture [height, width, channels] of a batch left to right, in place. */
export function mirror(batch: Float32Array, row: number, shape: readonly [number, number, number]): void {
  const [height, width, channels] = shape;
  for (let y = 0; y < height; y++) {
    const line = (row * height + y) * width * channels;
    for (let x = 0; x < width >> 1; x++) {
      for (let c = 0; c < channels; c++) {
        const a = line + x * channels + c;
        const b = line + (width - 1 - x) * channels + c;
        const held = batch[a]!;
        batch[a] = batch[b]!;
        batch[b] = held;
      }
    }
  }
}
