/** @file Step 8, export: what LiteRT's 8-bit kernels answer to a node, stored numbers in and out, bit for bit. */
import {
  hasWeights,
  matchLite,
  type LiteActivation,
  type LiteConstant,
  type LiteNode,
  type LiteRules
} from '../tflite/lite-graph';
import type { ActivationScale } from './activations';
import { hardSwishTable } from './hard-swish';
import { channelSums, concatenated, padded, sizeOf, windowSums } from './maps';
import { productOf, sumOf, type PairSetting } from './pairs';
import type { QuantizationPlan } from './plan';
import { resizedIntegers } from './resize';
import { requantized, storedOf, storedRange, wholeRange } from './rounding';
import { weightedKernel } from './weighted';

/** Stored numbers of each input to those of the result. */
export type IntegerKernel = (inputs: readonly Int8Array[]) => Int8Array;

/** The grids of a graph's values and their sizes. */
export interface KernelSetting {
  readonly plan: QuantizationPlan;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** The grid of a value; throws where it has none. */
export function gridOf(plan: QuantizationPlan, name: string): ActivationScale {
  const grid = plan.get(name);
  if (!grid) throw new Error(`8-bit kernel: ${name || 'the picture'} must have a grid`);
  return grid;
}

/** How a number among 8-bit values is stored: the largest integer, on a grid that makes it the number. */
const storedNumber = Int8Array.of(127);
const gridOfNumber = (value: number): ActivationScale => ({ scale: Math.fround(value / 255), zeroPoint: -128 });

/** An activation's answer to each stored number, -128 first. */
function activationTable(nl: LiteActivation['nl'], from: ActivationScale, to: ActivationScale): Int8Array {
  if (nl === 'hardSwish') return hardSwishTable(from, to);
  const real = (i: number): number => Math.fround((i - 128 - from.zeroPoint) * from.scale);
  if (nl === 'sigmoid') return Int8Array.from({ length: 256 }, (_, i) => storedOf(1 / (1 + Math.exp(-real(i))), to));
  // Written as a product with 1.
  const values = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  return productOf([values, storedNumber], { one: from, other: gridOfNumber(1), to, range: storedRange(nl, to) });
}

/** The mean of windows of stored numbers, halves away from 0 (TensorFlow Lite, reference_integer_ops::AveragePool). */
function meanOfStored(total: number, count: number): number {
  return Math.trunc((total + Math.sign(total) * Math.floor(count / 2)) / count);
}

/** The kernel of a node all of whose values are 8-bit. */
export function integerKernel(one: LiteNode, { plan, shapes }: KernelSetting): IntegerKernel {
  const none = new Int8Array();
  const shapeOf = (name: string): readonly number[] => shapes.get(name) ?? [];
  const [first = '', second = ''] = one.inputs;
  const shape = shapeOf(first);
  const [from, to] = [gridOf(plan, first), gridOf(plan, one.name)];
  const pair = (): PairSetting => ({ one: from, other: gridOf(plan, second), to, range: wholeRange });
  const withNumber = (node: LiteConstant): PairSetting => ({
    one: from,
    other: gridOfNumber(node.value),
    to,
    range: storedRange(node.nl, to)
  });
  const weighted = (node: LiteNode): IntegerKernel => {
    if (!hasWeights(node)) throw new Error(`8-bit kernel ${node.name}: must have weights`);
    const kernel = weightedKernel(node, { shape, from, to });
    return ([data = none]) => kernel.finish(kernel.sums(data));
  };
  const rules: LiteRules<IntegerKernel> = {
    conv: weighted,
    depthwise: weighted,
    dense: weighted,
    transposedConv: weighted,
    add: () => {
      const setting = pair();
      return ([a = none, b = none]) => sumOf([a, b], setting);
    },
    multiply: () => {
      const setting = pair();
      return ([a = none, b = none]) => productOf([a, b], setting);
    },
    addConstant: (node) => {
      const setting = withNumber(node);
      return ([data = none]) => sumOf([data, storedNumber], setting);
    },
    multiplyConstant: (node) => {
      const setting = withNumber(node);
      return ([data = none]) => productOf([data, storedNumber], setting);
    },
    activation: ({ nl }) => {
      const table = activationTable(nl, from, to);
      return ([data = none]) => data.map((value) => table[value + 128] as number);
    },
    pad:
      (node) =>
      ([data = none]) =>
        padded(node, { data, shape }, from.zeroPoint),
    mean: () => {
      const pixels = sizeOf(shape) / (shape.at(-1) ?? 1);
      const factor = Float32Array.of(Math.fround(from.scale / to.scale) / pixels);
      const target = { zeroPoint: to.zeroPoint, range: wholeRange };
      return ([data = none]) => requantized(channelSums({ data, shape }, from.zeroPoint), factor, target);
    },
    averagePool: (node) => {
      const [tall, wide] = node.window;
      return ([data = none]) =>
        Int8Array.from(windowSums(node, { data, shape }), (total) => meanOfStored(total, tall * wide));
    },
    resize:
      ({ out }) =>
      ([data = none]) =>
        resizedIntegers({ data, shape }, out),
    reshape:
      () =>
      ([data = none]) =>
        data,
    concat: (node) => (inputs) => concatenated(node, inputs, shapeOf)
  };
  return matchLite(one, rules);
}
