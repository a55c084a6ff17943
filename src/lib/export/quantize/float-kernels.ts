/** @file Step 8, export: what a node kept in floats answers; the runtimes' last bits depend on the order of their sums. */
import {
  hasWeights,
  matchLite,
  type Fused,
  type LiteActivation,
  type LiteNode,
  type LiteRules
} from '../tflite/lite-graph';
import { channelSums, concatenated, padded, sizeOf, windowSums } from './maps';
import { resizedFloats } from './resize';
import { sumsOf } from './sums';

/** Floats of each input to those of the result. */
export type FloatKernel = (inputs: readonly Float32Array[]) => Float32Array;

const bounded = (value: number, nl: Fused): number => {
  if (nl === 'linear') return value;
  return Math.max(0, nl === 'relu6' ? Math.min(6, value) : value);
};

const activations: Readonly<Record<LiteActivation['nl'], (x: number) => number>> = {
  relu: (x) => bounded(x, 'relu'),
  relu6: (x) => bounded(x, 'relu6'),
  // Howard et al. 2019, §5.2.
  hardSwish: (x) => (x * bounded(x + 3, 'relu6')) / 6,
  sigmoid: (x) => 1 / (1 + Math.exp(-x))
};

/** Two values element by element; the shorter one is spread over the longer. */
function combined(
  [a = new Float32Array(), b = new Float32Array()]: readonly Float32Array[],
  combine: (x: number, y: number) => number
): Float32Array {
  const result = new Float32Array(Math.max(a.length, b.length));
  for (let i = 0; i < result.length; i++) result[i] = combine(a[i % a.length] as number, b[i % b.length] as number);
  return result;
}

/** The kernel of a node on floats; `shapes` holds the sizes of its inputs. */
export function floatKernel(one: LiteNode, shapes: ReadonlyMap<string, readonly number[]>): FloatKernel {
  const none = new Float32Array();
  const shapeOf = (name: string): readonly number[] => shapes.get(name) ?? [];
  const shape = shapeOf(one.inputs[0] ?? '');
  const weighted = (node: LiteNode): FloatKernel => {
    if (!hasWeights(node)) throw new Error(`float kernel ${node.name}: must have weights`);
    const nl = node.kind === 'transposedConv' ? 'linear' : node.nl;
    const weight = node.weight.data;
    const bias = Float64Array.from(node.bias ?? new Float32Array(node.out.at(-1) ?? 1));
    return ([input = none]) =>
      Float32Array.from(sumsOf(node, { input, shape, weight, bias }), (value) => bounded(value, nl));
  };
  const rules: LiteRules<FloatKernel> = {
    conv: weighted,
    depthwise: weighted,
    dense: weighted,
    transposedConv: weighted,
    add: () => (inputs) => combined(inputs, (x, y) => x + y),
    multiply: () => (inputs) => combined(inputs, (x, y) => x * y),
    addConstant:
      ({ value, nl }) =>
      ([data = none]) =>
        data.map((x) => bounded(x + value, nl)),
    multiplyConstant:
      ({ value, nl }) =>
      ([data = none]) =>
        data.map((x) => bounded(x * Math.fround(value), nl)),
    activation:
      ({ nl }) =>
      ([data = none]) =>
        data.map(activations[nl]),
    pad:
      (node) =>
      ([data = none]) =>
        padded(node, { data, shape }, 0),
    mean: () => {
      const pixels = sizeOf(shape) / (shape.at(-1) ?? 1);
      return ([data = none]) => Float32Array.from(channelSums({ data, shape }, 0), (sum) => sum / pixels);
    },
    averagePool: (node) => {
      const count = node.window[0] * node.window[1];
      return ([data = none]) => Float32Array.from(windowSums(node, { data, shape }), (sum) => sum / count);
    },
    resize:
      ({ out }) =>
      ([data = none]) =>
        resizedFloats({ data, shape }, out),
    reshape:
      () =>
      ([data = none]) =>
        data,
    concat: (node) => (inputs) => concatenated(node, inputs, shapeOf)
  };
  return matchLite(one, rules);
}
