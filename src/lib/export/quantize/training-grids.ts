/** @file Step 8, export: what a training has to round so that it sees what the 8-bit file will do (arXiv 1712.05877 §3). */
import type { Op } from '$lib/ops/op';
import type { OpRounding, RoundedActivation, RoundedSums, Rounding, RoundingGrid } from '$lib/task/rounding';
import { hasWeights, scaledFilters, type LiteNode, type Weighted } from '../tflite/lite-graph';
import type { ActivationScale } from './activations';
import { floatKernel } from './float-kernels';
import { gridOf, integerKernel } from './integer-kernels';
import { layersOf } from './quantize';
import { dequantized, storedRange, wholeRange, type StoredRange } from './rounding';
import { liteShapes, type QuantizedGraph } from './simulate';

const every = Int8Array.from({ length: 256 }, (_, i) => i - 128);

const bounded = ({ scale, zeroPoint }: ActivationScale, [least, most]: StoredRange = wholeRange): RoundingGrid => ({
  scale,
  zeroPoint,
  least,
  most
});

/** Runs nodes that work number by number, the first of them reading `from`; answers the last one's value. */
function through<N>(
  nodes: readonly LiteNode[],
  from: { readonly name: string; readonly value: N },
  run: (node: LiteNode, inputs: readonly N[]) => N
): N {
  const values = new Map([[from.name, from.value]]);
  let last = from.value;
  for (const node of nodes) {
    last = run(
      node,
      node.inputs.map((name) => values.get(name) ?? from.value)
    );
    values.set(node.name, last);
  }
  return last;
}

/**
 * What the nodes after an op's sums make of each stored number, as the 8-bit kernels compute it. A slope is that of the
 * activation in floats across one step of the grid, as far as the answer's grid reaches.
 */
function activationOf(nodes: readonly LiteNode[], sums: string, { graph, plan }: QuantizedGraph): RoundedActivation {
  const shapes = liteShapes(graph);
  const [from, to] = [gridOf(plan, sums), gridOf(plan, nodes.at(-1)?.name ?? '')];
  const run = (node: LiteNode, inputs: readonly Int8Array[]) => integerKernel(node, { plan, shapes })(inputs);
  const values = dequantized(through(nodes, { name: sums, value: every }, run), to);
  const [low, high] = [(-128 - to.zeroPoint) * to.scale, (127 - to.zeroPoint) * to.scale];
  const beside = (steps: number): Float32Array => {
    const value: Float32Array = dequantized(every, from).map((real) => real + steps * from.scale);
    const answer = through(nodes, { name: sums, value }, (node, inputs) => floatKernel(node, shapes)(inputs));
    return answer.map((real) => Math.max(low, Math.min(high, real)));
  };
  const [before, after] = [beside(-0.5), beside(0.5)];
  return { values, slopes: after.map((value, i) => (value - (before[i] as number)) / from.scale) };
}

/** The sums of an op in 8 bits, with the nodes between them and the op's answer. */
function sumsOf(op: Op, nodes: readonly [Weighted, ...LiteNode[]], quantized: QuantizedGraph): RoundedSums {
  const [weighted, ...after] = nodes;
  const nl = weighted.kind === 'transposedConv' ? 'linear' : weighted.nl;
  const scale = gridOf(quantized.plan, weighted.name);
  // A convolution's hard sigmoid is begun in its own bias and bounds.
  const isLifted = 'nl' in op && op.nl === 'hardSigmoid' && nl === 'relu6';
  const activation = after.length > 0 ? activationOf(after, weighted.name, quantized) : null;
  return { grid: bounded(scale, storedRange(nl, scale)), lift: isLifted ? 3 : 0, activation };
}

/** What is rounded of one op, whose nodes these are; null: nothing. */
function opRounding(op: Op, nodes: readonly LiteNode[], quantized: QuantizedGraph): OpRounding | null {
  const { plan, floats, graph } = quantized;
  const last = nodes.find(({ name }) => name === op.id);
  if (!last) return null;
  const none = { weights: null, sums: null, answer: null };
  if (floats.has(last.name)) {
    // What floats answer is rounded where 8 bits read it.
    const own = new Set(nodes.map(({ name }) => name));
    const reader = graph.nodes.find(({ name, inputs }) => !floats.has(name) && inputs.some((from) => own.has(from)));
    const read = reader?.inputs.find((from) => own.has(from));
    return read === undefined ? null : { ...none, answer: bounded(gridOf(plan, read)) };
  }
  const weighted = nodes.find(hasWeights);
  if (weighted) {
    const after = nodes.slice(nodes.indexOf(weighted) + 1, nodes.indexOf(last) + 1);
    const sums = sumsOf(op, [weighted, ...after], quantized);
    const inputScale = gridOf(plan, weighted.inputs[0] ?? '').scale;
    return { ...none, weights: { scales: scaledFilters(weighted), inputScale }, sums };
  }
  // What is joined lies on one grid already.
  return last.kind === 'concat' ? null : { ...none, answer: bounded(gridOf(plan, last.name)) };
}

/**
 * The rounding of a network's ops, given in execution order, as its 8-bit graph has it. An answer that floats give is rounded for
 * all its readers as soon as one of them works in 8 bits.
 */
export function trainingGrids(ops: readonly Op[], quantized: QuantizedGraph): Rounding {
  const { graph, plan, floats } = quantized;
  const owners = layersOf(
    graph,
    ops.map(({ id }) => id)
  );
  const nodesOf = (id: string): readonly LiteNode[] => graph.nodes.filter(({ name }) => owners.get(name) === id);
  const found = ops.flatMap((op): (readonly [string, OpRounding])[] => {
    const rounding = opRounding(op, nodesOf(op.id), quantized);
    return rounding ? [[op.id, rounding]] : [];
  });
  const isRead = graph.nodes.some(({ name, inputs }) => !floats.has(name) && inputs.includes(''));
  return { picture: isRead ? bounded(gridOf(plan, '')) : null, ops: new Map(found) };
}
