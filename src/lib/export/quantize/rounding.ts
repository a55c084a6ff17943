/** @file Step 8, export: how 8-bit kernels round: products in float32, halves to even. */
import type { Fused } from '../tflite/lite-graph';
import type { ActivationScale } from './activations';

/** 1.5 · 2^52: a sum with it has no place left for fractions. */
const SHIFT = 6_755_399_441_055_744;

/** The nearest whole number, halves to even, of a number below 2^51. */
export const roundEven = (value: number): number => value + SHIFT - SHIFT;

/** Smallest and largest stored number that an operator may answer. */
export type StoredRange = readonly [least: number, most: number];

/** All that 8 bits hold. */
export const wholeRange: StoredRange = [-128, 127];

/** The stored number nearest to a real one, as XNNPACK places bounds and tables (`xnn_qs8_quantize`). */
export function storedOf(value: number, { scale, zeroPoint }: ActivationScale): number {
  return Math.max(-128, Math.min(127, roundEven(Math.fround(Math.fround(value / scale) + zeroPoint))));
}

/** What an operator's own activation leaves of the 256 numbers. */
export function storedRange(nl: Fused, grid: ActivationScale): StoredRange {
  if (nl === 'linear') return wholeRange;
  return [storedOf(0, grid), nl === 'relu6' ? storedOf(6, grid) : 127];
}

/** Where results go: their zero point and what an activation leaves. */
export interface Target {
  readonly zeroPoint: number;
  readonly range: StoredRange;
}

/**
 * Whole sums onto a grid: times a float32 factor, one for each filter (the fastest axis) or one for all, rounded, moved,
 * bounded. This is XNNPACK's fp32 requantization of arXiv 1712.05877 §2.2.
 */
export function requantized(sums: Float64Array, factors: Float32Array, { zeroPoint, range }: Target): Int8Array {
  const [least, most] = range;
  const filters = factors.length;
  const result = new Int8Array(sums.length);
  for (let i = 0; i < sums.length; i += filters) {
    for (let c = 0; c < filters; c++) {
      const product = Math.fround(Math.fround(sums[i + c] as number) * (factors[c] as number));
      result[i + c] = Math.max(least, Math.min(most, roundEven(product) + zeroPoint));
    }
  }
  return result;
}

/** Floats onto a grid, as QUANTIZE does: times the float32 inverse of the scale. */
export function quantizedFloats(data: Float32Array, { scale, zeroPoint }: ActivationScale): Int8Array {
  const inverse = Math.fround(1 / scale);
  return Int8Array.from(data, (value) =>
    Math.max(-128, Math.min(127, roundEven(Math.fround(value * inverse)) + zeroPoint))
  );
}

/** Stored numbers as floats, as DEQUANTIZE does. */
export function dequantized(data: Int8Array, { scale, zeroPoint }: ActivationScale): Float32Array {
  return Float32Array.from(data, (value) => Math.fround((value - zeroPoint) * scale));
}
