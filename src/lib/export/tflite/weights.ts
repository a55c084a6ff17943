/** @file Step 8, export: weights and biases of a .tflite file as floats, halves or 8-bit integers. */
import { halvesOf } from '$lib/weights/half-bits';
import type { ActivationScale } from '../quantize/activations';
import { quantizeWeights } from '../quantize/weights';
import { filterFirst, type Axes } from '../turn';
import { bytesOf, type LiteAssembly } from './assembly';
import type { LiteConv, LiteDense, LiteDepthwise, LiteTransposedConv } from './lite-graph';

export type Weighted = LiteConv | LiteDepthwise | LiteDense | LiteTransposedConv;

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

/** Filters that share one scale: a dense layer has one for all, which the oldest runtimes ask for. */
export function filtersOf(node: Weighted): number {
  return node.kind === 'dense' ? 1 : layoutOf(node).axes.out;
}

/** The weight as floats, in the file's order. */
export function floatWeight(file: LiteAssembly, node: Weighted, half: boolean): number {
  const { shape, axes, turned } = layoutOf(node);
  const name = `${node.name}.weight`;
  const data = turned ? filterFirst(node.weight.data, axes) : node.weight.data;
  if (!half) return file.tensor({ name, shape, type: 'float32', bytes: bytesOf(data) });
  const stored = file.tensor({ name: `${name}.half`, shape, type: 'float16', bytes: bytesOf(halvesOf(data)) });
  const widened = file.tensor({ name, shape, type: 'float32' });
  // Version 3 is the first that reads halves.
  file.operator({ code: 'dequantize', version: 3, inputs: [stored], outputs: [widened], fields: [] });
  return widened;
}

/** The weight as integers, with the scale of each filter. */
export function integerWeight(
  file: LiteAssembly,
  node: Weighted
): { readonly tensor: number; readonly scale: Float32Array } {
  const { shape, axes, axis, turned } = layoutOf(node);
  const { data, scale } = quantizeWeights(node.weight.data, filtersOf(node));
  const bytes = bytesOf(turned ? filterFirst(data, axes) : data);
  const quantized = { scale, zeroPoint: Array.from(scale, () => 0), axis };
  return { tensor: file.tensor({ name: `${node.name}.weight`, shape, type: 'int8', bytes, quantized }), scale };
}

const filters = (node: Weighted): number => layoutOf(node).axes.out;

/** The bias, zeros where there is none: not every kernel can do without. */
export function floatBias(file: LiteAssembly, node: Weighted): number {
  const data = node.bias ?? new Float32Array(filters(node));
  return file.tensor({ name: `${node.name}.bias`, shape: [data.length], type: 'float32', bytes: bytesOf(data) });
}

/** The scales of a bias in 32 bits: those of the input times those of the filters, as float32. */
export function biasScales(input: ActivationScale, weights: Float32Array): Float32Array {
  return weights.map((scale) => Math.fround(input.scale * scale));
}

/** A bias as 32-bit integers on the grid of the sums. */
export function integersOfBias(node: Weighted, scales: Float32Array): Int32Array {
  const bias = node.bias ?? new Float32Array(filters(node));
  return Int32Array.from(bias, (value, c) => Math.round(value / (scales[c % scales.length] as number)));
}

export function integerBias(file: LiteAssembly, node: Weighted, scale: Float32Array): number {
  const data = integersOfBias(node, scale);
  const quantized = { scale, zeroPoint: Array.from(scale, () => 0), axis: 0 };
  return file.tensor({
    name: `${node.name}.bias`,
    shape: [data.length],
    type: 'int32',
    bytes: bytesOf(data),
    quantized
  });
}
