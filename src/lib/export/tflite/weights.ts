/** @file Step 8, export: weights and biases of a .tflite file as floats, halves or 8-bit integers. */
import { halvesOf } from '$lib/weights/half-bits';
import type { ActivationScale } from '../quantize/activations';
import { integersOf } from '../quantize/integers';
import { quantizeWeights, type QuantizedWeights } from '../quantize/weights';
import { filterFirst, type Axes } from '../turn';
import { bytesOf, type LiteAssembly } from './assembly';
import { filterCount, scaledFilters, type Weighted } from './lite-graph';

/** How weights are kept where activations are floats: as they are, as halves widened on loading, or as integers. */
export type LiteWeights = 'float32' | 'float16' | 'dynamicInt8';

/** Sizes, axes and the axis of the filters, as TensorFlow Lite keeps each kind of weight. */
function layoutOf({ kind, weight }: Weighted) {
  const [a = 1, b = 1, c = 1, d = 1] = weight.shape;
  if (kind === 'dense') return { shape: [b, a], axes: { taps: 1, inside: a, out: b }, axis: 0, turned: true };
  // [1, h, w, channels · multiplier]: the filters stay last.
  if (kind === 'depthwise')
    return { shape: [1, a, b, c * d], axes: { taps: a * b, inside: 1, out: c * d }, axis: 3, turned: false };
  return { shape: [d, a, b, c], axes: { taps: a * b, inside: c, out: d } satisfies Axes, axis: 0, turned: true };
}

interface FloatConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A constant as floats, or as halves that the runtime widens when it loads the file. */
function floats(file: LiteAssembly, { name, shape, data }: FloatConstant, half: boolean): number {
  if (!half) return file.tensor({ name, shape, type: 'float32', bytes: bytesOf(data) });
  const stored = file.tensor({ name: `${name}.half`, shape, type: 'float16', bytes: bytesOf(halvesOf(data)) });
  const widened = file.tensor({ name, shape, type: 'float32' });
  // Version 3 is the first that reads halves.
  file.operator({ code: 'dequantize', version: 3, inputs: [stored], outputs: [widened], fields: [] });
  return widened;
}

/** The weight as floats, in the file's order. */
export function floatWeight(file: LiteAssembly, node: Weighted, half: boolean): number {
  const { shape, axes, turned } = layoutOf(node);
  const data = turned ? filterFirst(node.weight.data, axes) : node.weight.data;
  return floats(file, { name: `${node.name}.weight`, shape, data }, half);
}

/** Integers with the scale of each filter, in the file's order. */
function integerWeight(file: LiteAssembly, node: Weighted, { data, scale }: QuantizedWeights): number {
  const { shape, axes, axis, turned } = layoutOf(node);
  const bytes = bytesOf(turned ? filterFirst(data, axes) : data);
  const quantized = { scale, zeroPoint: Array.from(scale, () => 0), axis };
  return file.tensor({ name: `${node.name}.weight`, shape, type: 'int8', bytes, quantized });
}

/** The weight as integers that are multiplied by floats. */
export function dynamicWeight(file: LiteAssembly, node: Weighted): number {
  return integerWeight(file, node, quantizeWeights(node.weight.data, scaledFilters(node)));
}

/** The bias, zeros where there is none: not every kernel can do without. Fast kernels take halves of both or of neither. */
export function floatBias(file: LiteAssembly, node: Weighted, half: boolean): number {
  const data = node.bias ?? new Float32Array(filterCount(node));
  return floats(file, { name: `${node.name}.bias`, shape: [data.length], data }, half);
}

/** Weight and bias of a node whose input is on a grid: 8 bits and 32. */
export function integerConstants(
  file: LiteAssembly,
  node: Weighted,
  from: ActivationScale
): readonly [weight: number, bias: number] {
  const product = integersOf(node, from);
  const { bias, unit } = product;
  const quantized = { scale: unit, zeroPoint: Array.from(unit, () => 0), axis: 0 };
  const weight = integerWeight(file, node, product);
  const name = `${node.name}.bias`;
  return [weight, file.tensor({ name, shape: [bias.length], type: 'int32', bytes: bytesOf(bias), quantized })];
}
