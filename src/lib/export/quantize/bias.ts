/** @file Step 8, export: bias correction: 8-bit weights move a layer's mean answer; its bias moves it back (arXiv 1906.04721 §4.2). */
import { m } from '$paraglide/messages';
import { filterCount, hasWeights, type LiteGraph, type LiteNode, type Weighted } from '../tflite/lite-graph';
import { addByFilter, floatSums } from './float-sums';
import { gridOf, type KernelSetting } from './integer-kernels';
import { sizeOf } from './maps';
import type { Quantized } from './quantize';
import type { OpenLiteFile, PictureBatches } from './runner';
import { liteShapes, SimulatedValues, simulatedNode } from './simulate';
import { weightedKernel } from './weighted';

/** Layers done so far. */
export interface BiasProgress {
  readonly done: number;
  readonly all: number;
}

/** What a layer has to be moved by. */
function shifted(node: Weighted, shift: Float64Array): Weighted {
  const bias = node.bias ?? new Float32Array(shift.length);
  return { ...node, bias: bias.map((value, c) => value + (shift[c] as number)) };
}

/** Compares a layer's 8-bit sums on the pictures with those in floats, corrects it, and runs it. */
function corrected(node: Weighted, { plan, shapes, pictures, wanted }: Correction): Weighted {
  const { name, inputs } = node;
  const [from = ''] = inputs;
  const setting = { shape: shapes.get(from) ?? [], from: gridOf(plan, from), to: gridOf(plan, name) };
  const kernel = weightedKernel(node, setting);
  const totals = new Float64Array(filterCount(node));
  for (const values of pictures) addByFilter(totals, kernel.sums(values.stored(from)));
  const count = (pictures.length * sizeOf(node.out)) / totals.length;
  const shift = totals.map((sum, c) => {
    const unit = kernel.unit[c % kernel.unit.length] as number;
    return ((wanted[c] as number) - sum * unit) / count;
  });
  const result = shifted(node, shift);
  const after = weightedKernel(result, setting);
  for (const values of pictures) values.define(name, after.finish(after.sums(values.stored(from))));
  return result;
}

/** The pictures as far as they have been run, and the float sums of one layer's filters over all of them. */
interface Correction extends KernelSetting {
  readonly pictures: readonly SimulatedValues[];
  readonly wanted: Float64Array;
}

/** The name of the last node that reads each value. */
function lastReaders({ nodes }: LiteGraph): ReadonlyMap<string, string> {
  return new Map(nodes.flatMap(({ name, inputs }) => inputs.map((from) => [from, name] as const)));
}

/**
 * The network with corrected biases. Layer by layer, those before it corrected already, the 8-bit sums on the pictures are
 * compared with those in floats, filter by filter, before the activation. The pictures are held in memory and simulated
 * here: each costs the network's MAdds twice.
 */
export async function* correctBiases(
  quantized: Quantized,
  batches: PictureBatches,
  open: OpenLiteFile
): AsyncGenerator<BiasProgress, Quantized> {
  const { graph, plan, floats } = quantized;
  const { images, totals } = await floatSums(graph, batches, open);
  if (images.length === 0) throw new Error(m.quantize_no_pictures());
  const shapes = liteShapes(graph);
  const last = lastReaders(graph);
  const pictures = images.map((image) => {
    const values = new SimulatedValues(plan);
    values.define('', image);
    return values;
  });
  const nodes: LiteNode[] = [];
  for (const node of graph.nodes) {
    const wanted = totals.get(node.name);
    if (wanted && hasWeights(node) && !floats.has(node.name)) {
      nodes.push(corrected(node, { plan, shapes, pictures, wanted }));
    } else {
      pictures.forEach(simulatedNode(node, { plan, floats, shapes }));
      nodes.push(node);
    }
    const read = node.inputs.filter((name) => last.get(name) === node.name);
    for (const values of pictures) read.forEach((name) => values.drop(name));
    yield { done: nodes.length, all: graph.nodes.length };
  }
  return { ...quantized, graph: { ...graph, nodes } };
}
