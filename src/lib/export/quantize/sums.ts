/** @file Step 8, export: the sums of a node that multiplies by weights, exact for integers as for floats. */
import { unreachable } from '$lib/base/assert';
import { padOf } from '$lib/import/graph/map';
import type { LiteConv, LiteDense, LiteDepthwise, LiteTransposedConv, Weighted } from '../tflite/lite-graph';
import { sizeOf } from './maps';

/** What is summed: a map [h, w, c] (or a vector), the node's weights in our order of axes, one start for each filter. */
export interface Summed {
  readonly input: Float32Array;
  readonly shape: readonly number[];
  readonly weight: Float32Array;
  readonly bias: Float64Array;
}

type Windowed = LiteConv | LiteDepthwise;

/** Visits every tap of every window that lies inside the map: the first numbers of the input pixel and of the result. */
function slide(node: Windowed, shape: readonly number[], visit: (from: number, to: number, tap: number) => void): void {
  const [height = 1, width = 1, inside = 1] = shape;
  const [rows = 1, columns = 1, out = 1] = node.out;
  const [tall = 1, wide = 1] = node.weight.shape;
  const [top, , left] = padOf(node, [tall, wide], shape);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const to = (y * columns + x) * out;
      for (let tap = 0; tap < tall * wide; tap++) {
        const iy = y * node.stride[0] - top + Math.floor(tap / wide) * node.dilation[0];
        const ix = x * node.stride[1] - left + (tap % wide) * node.dilation[1];
        if (iy >= 0 && iy < height && ix >= 0 && ix < width) visit((iy * width + ix) * inside, to, tap);
      }
    }
  }
}

/** Adds pixels, times one tap's weights [in, out], to results; four channels at a time, which halves the time. */
function pixelAdder(sums: Float64Array, { input, weight }: Summed, [inside, out]: readonly [number, number]) {
  const at = (data: Float32Array, i: number): number => data[i] as number;
  return (from: number, to: number, tap: number): void => {
    const first = tap * inside * out;
    let i = 0;
    for (; i + 4 <= inside; i += 4) {
      const [a, b] = [at(input, from + i), at(input, from + i + 1)];
      const [c, d] = [at(input, from + i + 2), at(input, from + i + 3)];
      const row = first + i * out;
      for (let o = 0; o < out; o++) {
        const tap0 = row + o;
        const pairs = a * at(weight, tap0) + b * at(weight, tap0 + out);
        const others = c * at(weight, tap0 + 2 * out) + d * at(weight, tap0 + 3 * out);
        sums[to + o] = (sums[to + o] as number) + pairs + others;
      }
    }
    for (; i < inside; i++) {
      const [value, row] = [at(input, from + i), first + i * out];
      for (let o = 0; o < out; o++) sums[to + o] = (sums[to + o] as number) + value * at(weight, row + o);
    }
  };
}

/** Every result begins as its filter's bias. */
function started(size: number, bias: Float64Array): Float64Array {
  const sums = new Float64Array(size);
  for (let i = 0; i < size; i += bias.length) sums.set(bias, i);
  return sums;
}

/** A convolution's sums, in the order of its result. */
function convSums(node: LiteConv, given: Summed): Float64Array {
  const [inside = 1, out = 1] = node.weight.shape.slice(2);
  const sums = started(sizeOf(node.out), given.bias);
  slide(node, given.shape, pixelAdder(sums, given, [inside, out]));
  return sums;
}

/** A depthwise convolution's sums: filter c · multiplier + m reads channel c. */
function depthwiseSums(node: LiteDepthwise, given: Summed): Float64Array {
  const [channels = 1, multiplier = 1] = node.weight.shape.slice(2);
  const { input, weight } = given;
  const out = channels * multiplier;
  const sums = started(sizeOf(node.out), given.bias);
  slide(node, given.shape, (from, to, tap) => {
    for (let c = 0, o = 0; c < channels; c++) {
      const value = input[from + c] as number;
      for (let m = 0; m < multiplier; m++, o++)
        sums[to + o] = (sums[to + o] as number) + value * (weight[tap * out + o] as number);
    }
  });
  return sums;
}

/** A dense layer's sums. */
function denseSums(node: LiteDense, given: Summed): Float64Array {
  const [inside = 1, out = 1] = node.weight.shape;
  const sums = started(out, given.bias);
  pixelAdder(sums, given, [inside, out])(0, 0, 0);
  return sums;
}

/** A transposed convolution's sums: every input pixel adds its windows to the result. */
function transposedSums(node: LiteTransposedConv, given: Summed): Float64Array {
  const [tall = 1, wide = 1, inside = 1, out = 1] = node.weight.shape;
  const [height = 1, width = 1] = given.shape;
  const [, columns = 1] = node.out;
  const sums = started(sizeOf(node.out), given.bias);
  const add = pixelAdder(sums, given, [inside, out]);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let tap = 0; tap < tall * wide; tap++) {
        const row = y * node.stride[0] + Math.floor(tap / wide);
        const to = (row * columns + x * node.stride[1] + (tap % wide)) * out;
        add((y * width + x) * inside, to, tap);
      }
    }
  }
  return sums;
}

/** The sums of any node with weights, in the order of its result. */
export function sumsOf(node: Weighted, given: Summed): Float64Array {
  switch (node.kind) {
    case 'conv':
      return convSums(node, given);
    case 'depthwise':
      return depthwiseSums(node, given);
    case 'dense':
      return denseSums(node, given);
    case 'transposedConv':
      return transposedSums(node, given);
    default:
      return unreachable(node);
  }
}
