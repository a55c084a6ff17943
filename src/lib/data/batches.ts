/** @file Data: turns pictures of a split into normalised float batches. */
import type { Shape } from '$lib/arch/architecture';
import type { Dataset, LabelledBox, SplitName } from './dataset';

/** What is right about some pictures: one label a picture, or one a pixel with the boxes. */
export interface Truths {
  readonly labels: Uint8Array;
  readonly boxes?: readonly (readonly LabelledBox[])[];
}

/** What is right about the chosen pictures, which must be there. */
function truthsOf(dataset: Dataset, split: SplitName, indices: ArrayLike<number>): Truths {
  const chosen = Array.from(indices);
  if (dataset.kind === 'classes') {
    const { labels } = dataset.splits[split];
    return { labels: Uint8Array.from(chosen, (index) => labels[index]!) };
  }
  const { masks, boxes } = dataset.splits[split];
  const area = dataset.shape[0] * dataset.shape[1];
  const labels = new Uint8Array(chosen.length * area);
  chosen.forEach((index, row) => labels.set(masks.subarray(index * area, (index + 1) * area), row * area));
  return { labels, boxes: chosen.map((index) => boxes[index]!) };
}

/** Writes the chosen pictures to `out` as (value / 255 - mean) / std per channel, float32 NHWC; returns what is right about them. */
export function normalise(dataset: Dataset, split: SplitName, indices: ArrayLike<number>, out: Float32Array): Truths {
  const { images, count } = dataset.splits[split];
  const channels = dataset.shape[2];
  const size = dataset.shape[0] * dataset.shape[1] * channels;
  if (out.length < indices.length * size) {
    throw new Error(
      `batch of ${indices.length}: must have room for ${indices.length * size} floats, got ${out.length}`
    );
  }
  const scale = Array.from({ length: channels }, (_, c) => 1 / (255 * (dataset.std[c] ?? 1)));
  const shift = Array.from({ length: channels }, (_, c) => -(dataset.mean[c] ?? 0) / (dataset.std[c] ?? 1));
  let to = 0;
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    if (!(index >= 0 && index < count)) throw new Error(`picture of ${split}: must be below ${count}, got ${index}`);
    let from = index * size;
    for (let i = 0; i < size; i += channels) {
      for (let c = 0; c < channels; c++) out[to++] = images[from++]! * scale[c]! + shift[c]!;
    }
  }
  return truthsOf(dataset, split, indices);
}

/** Mirrors one picture or mask [height, width, channels] of a batch left to right, in place. */
export function mirror(batch: Float32Array | Uint8Array, row: number, shape: Shape): void {
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

/** Masks and boxes of pictures of which those at `rows` were mirrored; labels of whole pictures stay. */
export function mirrorTruths({ labels, boxes }: Truths, rows: readonly number[], [height, width]: Shape): Truths {
  if (!boxes) return { labels };
  for (const row of rows) mirror(labels, row, [height, width, 1]);
  const turned = boxes.map((own, row) => {
    if (!rows.includes(row)) return own;
    return own.map(({ box: [x1, y1, x2, y2], ...rest }): LabelledBox => ({ ...rest, box: [1 - x2, y1, 1 - x1, y2] }));
  });
  return { labels, boxes: turned };
}
