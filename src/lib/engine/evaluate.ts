/** @file Step 4, network: loss and accuracy of a network on a split, in inference mode. */
import { normalise } from '$lib/data/batches';
import type { Dataset, SplitName } from '$lib/data/dataset';
import { softmaxCrossEntropy } from '$lib/task/class-loss';
import { m } from '$paraglide/messages';
import type { Network } from './engine';

/** Mean loss, share of correct answers 0..1, and how many pictures were seen. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
  readonly count: number;
}

/** `limit` reads only the first pictures; `pause` is awaited after every batch, to let messages in. */
export interface EvaluateOptions {
  readonly batchSize: number;
  readonly limit?: number;
  readonly pause?: () => Promise<void>;
}

/** Scores a split; throws on an empty one. */
export async function evaluate(
  network: Network,
  split: SplitName,
  dataset: Dataset,
  { batchSize, limit, pause }: EvaluateOptions
): Promise<Score> {
  const count = Math.min(dataset.splits[split].count, limit ?? Infinity);
  if (count < 1) throw new Error(m.engine_split_empty({ split }));
  const [height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const images = new Float32Array(Math.min(batchSize, count) * size);
  let loss = 0;
  let correct = 0;
  for (let from = 0; from < count; from += batchSize) {
    const part = Math.min(batchSize, count - from);
    const indices = Uint32Array.from({ length: part }, (_, i) => from + i);
    const labels = normalise(dataset, split, indices, images);
    const logits = await network.forward(images.subarray(0, part * size), part);
    const result = softmaxCrossEntropy(logits, { count: part, labels }, { smoothing: 0 });
    loss += result.loss * part;
    correct += result.correct;
    await pause?.();
  }
  return { loss: loss / count, accuracy: correct / count, count };
}
