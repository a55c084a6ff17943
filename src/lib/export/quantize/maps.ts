/** @file Step 8, export: nodes that move numbers of a map, or mix neighbours, in 8 bits as in floats. */
import type { ConcatNode } from '$lib/import/graph/graph';
import type { LiteAveragePool, LitePad } from '../tflite/lite-graph';

/** Numbers of a value: stored ones or floats. */
export type Values = Int8Array | Float32Array;

/** A value with its sizes. */
export interface Part<N extends Values> {
  readonly data: N;
  readonly shape: readonly number[];
}

/** How many numbers a shape holds. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

function empty<N extends Values>(like: N, shape: readonly number[]): N {
  const kind = like.constructor as new (length: number) => N;
  return new kind(sizeOf(shape));
}

/** A map with a border of zeros, which is `zero` where numbers are stored. */
export function padded<N extends Values>(node: LitePad, { data, shape }: Part<N>, zero: number): N {
  const [height = 1, width = 1, channels = 1] = shape;
  const [top, , left] = node.pad;
  const [, columns = 1] = node.out;
  const result = empty(data, node.out);
  result.fill(zero);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width * channels, (y + 1) * width * channels);
    result.set(row, ((y + top) * columns + left) * channels);
  }
  return result;
}

/** Values one after the other along an axis; `shapeOf` knows the sizes of what the node reads. */
export function concatenated<N extends Values>(
  { axis, out, inputs }: ConcatNode,
  values: readonly N[],
  shapeOf: (name: string) => readonly number[]
): N {
  const [first] = values;
  if (!first) throw new Error('concat: must have inputs, got 0');
  const from = axis < 0 ? out.length + axis : axis;
  const block = (shape: readonly number[]): number => sizeOf(shape.slice(from));
  const result = empty(first, out);
  let at = 0;
  for (const [index, data] of values.entries()) {
    const own = block(shapeOf(inputs[index] ?? ''));
    for (let i = 0; i * own < data.length; i++) {
      result.set(data.subarray(i * own, (i + 1) * own), i * block(out) + at);
    }
    at += own;
  }
  return result;
}

/** The sums of windows inside a map. */
export function windowSums<N extends Values>(node: LiteAveragePool, { data, shape }: Part<N>): Float64Array {
  const [, width = 1, channels = 1] = shape;
  const [rows = 1, columns = 1] = node.out;
  const [tall, wide] = node.window;
  const sums = new Float64Array(sizeOf(node.out));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const to = (y * columns + x) * channels;
      for (let tap = 0; tap < tall * wide; tap++) {
        const row = y * node.stride[0] + Math.floor(tap / wide);
        const from = (row * width + x * node.stride[1] + (tap % wide)) * channels;
        for (let c = 0; c < channels; c++) sums[to + c] = (sums[to + c] as number) + (data[from + c] as number);
      }
    }
  }
  return sums;
}

/** The sum of each channel of a whole map, stored numbers counted from `zero`. */
export function channelSums<N extends Values>({ data, shape }: Part<N>, zero: number): Float64Array {
  const channels = shape.at(-1) ?? 1;
  const sums = new Float64Array(channels);
  for (let i = 0; i < data.length; i += channels) {
    for (let c = 0; c < channels; c++) sums[c] = (sums[c] as number) + (data[i + c] as number) - zero;
  }
  return sums;
}
