/** @file Data: gathers decoded pictures into a Dataset, with the train statistics and one fingerprint. */
import type { Shape } from '$lib/arch/architecture';
import type { ClassSet, Split, SplitName } from './dataset';
import { sha256Hex } from './sha256';
import type { SplitIndices } from './split';

/** All pictures of a set in one array (uint8 NHWC) with their labels, not yet split. */
export interface Pictures {
  readonly shape: Shape;
  readonly classes: readonly string[];
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Mean and standard deviation of each channel in 0..1 (a constant channel counts as 1, so that it can be divided by). */
function channelStatistics(images: Uint8Array, channels: number): { mean: number[]; std: number[] } {
  const mean: number[] = [];
  const std: number[] = [];
  const count = images.length / channels;
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    let squares = 0;
    for (let i = c; i < images.length; i += channels) {
      const value = (images[i] ?? 0) / 255;
      sum += value;
      squares += value * value;
    }
    const average = count > 0 ? sum / count : 0;
    const deviation = count > 0 ? Math.sqrt(Math.max(0, squares / count - average * average)) : 0;
    mean.push(average);
    std.push(deviation > 1e-6 ? deviation : 1);
  }
  return { mean, std };
}

/** Builds the dataset of the given split; its SHA-256 covers images and labels of train, validation, test in order. */
export async function assemble(id: string, pictures: Pictures, indices: SplitIndices): Promise<ClassSet> {
  const { shape, classes, images, labels } = pictures;
  const pixels = shape[0] * shape[1] * shape[2];
  const order = [...indices.train, ...indices.validation, ...indices.test];
  const raw = new Uint8Array(order.length * (pixels + 1));
  order.forEach((from, to) => {
    raw.set(images.subarray(from * pixels, (from + 1) * pixels), to * pixels);
    raw[order.length * pixels + to] = labels[from] ?? 0;
  });
  let at = 0;
  const cut = (name: SplitName): Split => {
    const count = indices[name].length;
    const split = {
      count,
      images: raw.subarray(at * pixels, (at + count) * pixels),
      labels: raw.subarray(order.length * pixels + at, order.length * pixels + at + count)
    };
    at += count;
    return split;
  };
  const splits = { train: cut('train'), validation: cut('validation'), test: cut('test') };
  const statistics = channelStatistics(splits.train.images, shape[2]);
  return { kind: 'classes', id, name: id, shape, classes, sha256: await sha256Hex(raw), ...statistics, splits };
}
