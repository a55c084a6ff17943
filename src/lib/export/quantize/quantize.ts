/** @file Step 8, export: a network made 8-bit after its training: grids for its values, some layers kept in floats. */
import { m } from '$paraglide/messages';
import { hasWeights, type LiteGraph, type Weighted } from '../tflite/lite-graph';
import type { Range } from './activations';
import { planQuantization } from './plan';
import type { QuantizedGraph } from './simulate';

/** What is made 8-bit: everything but the layers kept in floats, by their ids in the table. */
export interface QuantizeOptions {
  readonly ranges: ReadonlyMap<string, Range>;
  /** Ids of all ops of the table, which the graph's nodes belong to. */
  readonly layers: readonly string[];
  readonly keep: readonly string[];
}

/** How many weights, biases not among them, there are and became 8-bit. */
export interface WeightShare {
  readonly integers: number;
  readonly all: number;
}

/** A graph ready for the writer, and what became of its weights. */
export interface Quantized extends QuantizedGraph {
  readonly share: WeightShare;
}

/** The op of the table that each node belongs to: the one whose id the node's name begins with, the longest of them. */
export function layersOf({ nodes }: LiteGraph, ids: readonly string[]): ReadonlyMap<string, string> {
  const known = new Set(ids);
  return new Map(
    nodes.map(({ name }) => {
      const parts = name.split('.');
      while (parts.length > 0 && !known.has(parts.join('.'))) parts.pop();
      if (parts.length === 0) throw new Error(`quantize ${name}: must belong to an op of the table`);
      return [name, parts.join('.')];
    })
  );
}

/** Counts the weights of a graph, and those of the nodes whose weights are 8-bit. */
export function weightShare({ nodes }: LiteGraph, isInteger: (node: Weighted) => boolean): WeightShare {
  const weighted = nodes.filter(hasWeights);
  const sum = (some: readonly Weighted[]): number => some.reduce((total, { weight }) => total + weight.data.length, 0);
  return { integers: sum(weighted.filter(isInteger)), all: sum(weighted) };
}

/** Makes a graph 8-bit; throws in the person's words where a layer to keep is none of the table. */
export function quantize(graph: LiteGraph, { ranges, layers, keep }: QuantizeOptions): Quantized {
  const stranger = keep.find((id) => !layers.includes(id));
  if (stranger !== undefined) throw new Error(m.quantize_layer_unknown({ id: stranger }));
  const owners = layersOf(graph, layers);
  const kept = new Set(keep);
  const floats = new Set([...owners].flatMap(([name, id]) => (kept.has(id) ? [name] : [])));
  const plan = planQuantization(graph, ranges, floats);
  return { graph, plan, floats, share: weightShare(graph, ({ name }) => !floats.has(name)) };
}
