/** @file Step 8, export: what the layers of the float network sum up to before their activations, filter by filter. */
import { filterCount, hasWeights, type LiteGraph, type LiteNode } from '../tflite/lite-graph';
import { toTflite } from '../tflite/tflite';
import { sizeOf } from './maps';
import type { OpenLiteFile, PictureBatches } from './runner';

/** The pictures one by one, and by layer the totals of its filters over all pictures and pixels. */
export interface FloatSums {
  readonly images: readonly Float32Array[];
  readonly totals: ReadonlyMap<string, Float64Array>;
}

/** Adds numbers [.., filters] to the totals of their filters. */
export function addByFilter(totals: Float64Array, data: Float32Array | Float64Array): void {
  const filters = totals.length;
  for (let i = 0; i < data.length; i += filters) {
    for (let c = 0; c < filters; c++) totals[c] = (totals[c] as number) + (data[i + c] as number);
  }
}

/** The graph that answers with its layers' sums, and the layer of each answer. */
function spreadOut(graph: LiteGraph) {
  const layers = new Map<string, string>();
  const nodes = graph.nodes.flatMap((node): readonly LiteNode[] => {
    if (!hasWeights(node)) return [node];
    const { name, out } = node;
    if (node.kind === 'transposedConv' || node.nl === 'linear') {
      layers.set(name, name);
      return [node];
    }
    const sums = `${name}.sums`;
    layers.set(sums, name);
    return [
      { ...node, name: sums, nl: 'linear' },
      { kind: 'activation', name, inputs: [sums], out, nl: node.nl }
    ];
  });
  return { layers, spread: { ...graph, nodes, outputs: [...layers.keys()] } };
}

/** Runs the float network on the pictures. */
export async function floatSums(graph: LiteGraph, batches: PictureBatches, open: OpenLiteFile): Promise<FloatSums> {
  const { layers, spread } = spreadOut(graph);
  const totals = new Map(
    graph.nodes.filter(hasWeights).map((node) => [node.name, new Float64Array(filterCount(node))] as const)
  );
  const images: Float32Array[] = [];
  const size = sizeOf(graph.input);
  const model = await open(toTflite(spread, { kind: 'float', weights: 'float32' }));
  try {
    for await (const { images: pictures, count } of batches) {
      for (let i = 0; i < count; i++) images.push(pictures.slice(i * size, (i + 1) * size));
      for (const { name, data } of await model.run(pictures, count)) {
        const layer = totals.get(layers.get(name) ?? '');
        if (layer) addByFilter(layer, data);
      }
    }
  } finally {
    model.dispose();
  }
  return { images, totals };
}
