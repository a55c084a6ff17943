/** @file Test support: a trained classifier in LiteRT: how many validation pictures it gets right, in floats and in 8 bits. */
import { normalise } from '../../src/lib/data/batches';
import type { Dataset, SplitName } from '../../src/lib/data/dataset';
import type { QuantizedGraph } from '../../src/lib/export/quantize/simulate';
import type { OpenLiteFile, PictureBatch } from '../../src/lib/export/quantize/runner';
import { decibels, Noise } from '../../src/lib/export/quantize/signal';
import type { LiteGraph } from '../../src/lib/export/tflite/lite-graph';
import { toTflite, type LiteOptions } from '../../src/lib/export/tflite/tflite';
import { likeliest } from '../../src/lib/task/judge';

/** The first pictures of a split, prepared. */
export function picturesOf(dataset: Dataset, split: SplitName, count: number): PictureBatch {
  const images = new Float32Array(count * dataset.shape[0] * dataset.shape[1] * dataset.shape[2]);
  normalise(
    dataset,
    split,
    Uint32Array.from({ length: count }, (_, i) => i),
    images
  );
  return { images, count };
}

/** The first answer of a file to some pictures. */
export async function answerOf(
  [graph, options]: readonly [LiteGraph, LiteOptions],
  { images, count }: PictureBatch,
  open: OpenLiteFile
): Promise<Float32Array> {
  const model = await open(toTflite(graph, options));
  const [found] = await model.run(images, count);
  model.dispose();
  if (!found) throw new Error('test: the file must answer');
  return found.data;
}

/** How a network made 8-bit is written here. */
export const inEightBits = ({ graph, plan, floats }: QuantizedGraph): readonly [LiteGraph, LiteOptions] => [
  graph,
  { kind: 'int8', plan, floats, io: 'float32' }
];

/** What 8 bits cost: accuracy in points, agreement with floats in percent, noise in dB, the mean shift of a logit. */
export interface Price {
  readonly accuracy: number;
  readonly agreement: number;
  readonly snrDb: number;
  readonly shift: number;
}

/** Compares answers of `classes` numbers a picture with those in floats and with what is right. */
export function priceOf(
  found: Float32Array,
  { wanted, labels, classes }: { wanted: Float32Array; labels: Uint8Array; classes: number }
): Price {
  const [mine, theirs] = [likeliest(found, classes, 0), likeliest(wanted, classes, 0)];
  const share = (right: (value: number, i: number) => boolean): number =>
    (100 * mine.filter(right).length) / mine.length;
  const noise = new Noise();
  noise.add(wanted, found);
  const shifts = Array.from({ length: classes }, (_, c) => {
    let sum = 0;
    for (let i = c; i < found.length; i += classes) sum += (found[i] ?? 0) - (wanted[i] ?? 0);
    return Math.abs((sum * classes) / found.length);
  });
  return {
    accuracy: share((value, i) => value === labels[i]),
    agreement: share((value, i) => value === theirs[i]),
    snrDb: decibels(noise.share) ?? Infinity,
    shift: shifts.reduce((sum, each) => sum + each, 0) / classes
  };
}

/** A line for the log. */
export const printed = (name: string, { accuracy, agreement, snrDb, shift }: Price): string =>
  `${name}: accuracy ${accuracy.toFixed(2)} %, as floats ${agreement.toFixed(2)} %, ${snrDb.toFixed(1)} dB, mean shift ${shift.toFixed(3)}\n`;
