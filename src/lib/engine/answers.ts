/** @file Step 4, network: a network's answers to a split, batch by batch, beside what is right. */
import { normalise, type Truths } from '$lib/data/batches';
import type { Dataset, SplitName } from '$lib/data/dataset';
import { m } from '$paraglide/messages';
import type { Network } from './engine';

/** `limit` reads only the first pictures; `pause` is awaited after every batch, to let messages in. */
export interface EvaluateOptions {
  readonly batchSize: number;
  readonly limit?: number;
  readonly pause?: () => Promise<void>;
}

/** The answers [count, h, w, c] to the pictures from `from` on. */
export interface Answered {
  readonly from: number;
  readonly count: number;
  readonly truths: Truths;
  readonly output: Float32Array;
}

/** Pictures of a split that are read; throws on an empty one. */
export function readable(dataset: Dataset, split: SplitName, limit = Infinity): number {
  const count = Math.min(dataset.splits[split].count, limit);
  if (count < 1) throw new Error(m.engine_split_empty({ split }));
  return count;
}

/** Reads a split through a network; throws on an empty one. */
export async function* answersOf(
  network: Network,
  split: SplitName,
  dataset: Dataset,
  { batchSize, limit, pause }: EvaluateOptions
): AsyncGenerator<Answered> {
  const total = readable(dataset, split, limit);
  const [height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const images = new Float32Array(Math.min(batchSize, total) * size);
  for (let from = 0; from < total; from += batchSize) {
    const count = Math.min(batchSize, total - from);
    const indices = Uint32Array.from({ length: count }, (_, i) => from + i);
    const truths = normalise(dataset, split, indices, images);
    yield { from, count, truths, output: await network.forward(images.subarray(0, count * size), count) };
    await pause?.();
  }
}
