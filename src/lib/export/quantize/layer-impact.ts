/** @file Step 8, export: which layers hurt: what the network's answers lose when one layer alone is 8-bit. */
import { toTflite, type LiteOptions } from '../tflite/tflite';
import type { LiteGraph } from '../tflite/lite-graph';
import type { Compared } from './layer-error';
import { layersOf } from './quantize';
import type { Answer, OpenLiteFile, PictureBatch } from './runner';
import { decibels, Noise } from './signal';

/** A layer and the noise at the outputs while all others are floats. */
export interface LayerImpact {
  readonly id: string;
  /** Signal-to-noise ratio at the outputs, the mean of their noise shares; null without noise. */
  readonly snrDb: number | null;
  /** Noise power over signal power there; those of all layers nearly add up to that of the whole network. */
  readonly noise: number;
}

/** Answers of a file to every batch. */
async function answersOf(
  [graph, options]: readonly [LiteGraph, LiteOptions],
  batches: readonly PictureBatch[],
  open: OpenLiteFile
): Promise<readonly (readonly Answer[])[]> {
  const model = await open(toTflite(graph, options));
  try {
    const answers: (readonly Answer[])[] = [];
    for (const { images, count } of batches) answers.push(await model.run(images, count));
    return answers;
  } finally {
    model.dispose();
  }
}

/** The mean over the outputs of their noise shares. */
function noiseAt(outputs: readonly string[], wanted: Answers, found: Answers): number {
  const shares = outputs.map((name) => {
    const noise = new Noise();
    const data = (answers: readonly Answer[]) => answers.find((answer) => answer.name === name)?.data;
    wanted.forEach((answers, i) =>
      noise.add(data(answers) ?? new Float32Array(), data(found[i] ?? []) ?? new Float32Array())
    );
    return noise.share;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
type Answers = readonly (readonly Answer[])[];

/**
 * Measures one layer after the other, in the table's order. Each takes a file with that layer alone in 8 bits (its weights,
 * what it reads and what it gives): cheaper and steadier than the gain of keeping it in floats, which is a difference of
 * two nearly equal errors. `ids` says which layers.
 */
export async function* layerImpacts(
  { float, quantized, layers }: Compared,
  { ids, batches }: { readonly ids: readonly string[]; readonly batches: readonly PictureBatch[] },
  open: OpenLiteFile
): AsyncGenerator<LayerImpact> {
  const { graph, plan, floats } = quantized;
  const owners = layersOf(graph, layers);
  const wanted = await answersOf([float, { kind: 'float', weights: 'float32' }], batches, open);
  for (const id of ids) {
    const others = new Set(
      graph.nodes.flatMap(({ name }) => (owners.get(name) === id && !floats.has(name) ? [] : [name]))
    );
    if (others.size === graph.nodes.length) continue;
    const options: LiteOptions = { kind: 'int8', plan, floats: others, io: 'float32' };
    // Its own bias may be corrected; those of the others belong to their 8-bit weights.
    const nodes = float.nodes.map((node, i) => (others.has(node.name) ? node : (graph.nodes[i] ?? node)));
    const noise = noiseAt(graph.outputs, wanted, await answersOf([{ ...graph, nodes }, options], batches, open));
    yield { id, noise, snrDb: decibels(noise) };
  }
}

/** A layer among the others that were asked. */
export interface RankedImpact extends LayerImpact {
  /** 0..1: its noise of that of all together. */
  readonly share: number;
}

/** The layers that make noise, the worst first. */
export function rankImpacts(impacts: readonly LayerImpact[]): readonly RankedImpact[] {
  const all = impacts.reduce((sum, { noise }) => sum + noise, 0);
  return impacts
    .filter(({ noise }) => noise > 0)
    .toSorted((a, b) => b.noise - a.noise)
    .map((impact) => ({ ...impact, share: impact.noise / all }));
}
