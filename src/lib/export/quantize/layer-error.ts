/** @file Step 8, export: how far each layer of an 8-bit network is from its floats on the same pictures. */
import type { LiteGraph } from '../tflite/lite-graph';
import { toTflite } from '../tflite/tflite';
import { withEveryValue, type OpenLiteFile, type PictureBatches } from './runner';
import { decibels, Noise } from './signal';
import type { QuantizedGraph } from './simulate';

/** An op of the table with the signal-to-noise ratio of its answer; null where the answer is the same. */
export interface LayerError {
  readonly id: string;
  readonly snrDb: number | null;
}

/** A float network and its 8-bit form; their nodes have the same names. */
export interface Compared {
  readonly float: LiteGraph;
  readonly quantized: QuantizedGraph;
  /** Ids of the table's ops. */
  readonly layers: readonly string[];
}

/**
 * Errors in execution order. They contain what the layers before lost: read them as where the signal gets lost, and
 * `layerImpacts` for what a layer alone does.
 */
export async function* layerErrors(
  { float, quantized, layers }: Compared,
  batches: PictureBatches,
  open: OpenLiteFile
): AsyncGenerator<{ readonly pictures: number }, readonly LayerError[]> {
  const { graph, plan, floats } = quantized;
  const ids = new Set(layers);
  const noises = new Map(
    float.nodes.filter(({ name }) => ids.has(name)).map(({ name }) => [name, new Noise()] as const)
  );
  const wanted = await open(toTflite(withEveryValue(float), { kind: 'float', weights: 'float32' }));
  const found = await open(toTflite(withEveryValue(graph), { kind: 'int8', plan, floats, io: 'float32' }));
  let pictures = 0;
  try {
    for await (const { images, count } of batches) {
      const real = new Map((await wanted.run(images, count)).map(({ name, data }) => [name, data]));
      for (const { name, data } of await found.run(images, count)) noises.get(name)?.add(real.get(name) ?? data, data);
      pictures += count;
      yield { pictures };
    }
  } finally {
    wanted.dispose();
    found.dispose();
  }
  return [...noises].map(([id, noise]) => ({ id, snrDb: decibels(noise.share) }));
}
