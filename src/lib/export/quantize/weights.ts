/** @file Step 8, export: weights as 8-bit integers, symmetric about 0, one scale for each filter (arXiv 1712.05877 §2.1, 1806.08342 §3). */

/** Integers in -127..127 with the scale of each filter: w ≈ scale[filter] · q; the filter is the fastest axis. */
export interface QuantizedWeights {
  readonly data: Int8Array;
  readonly scale: Float32Array;
}

/** The smallest scale: a filter of zeros still needs one. */
const LEAST = 1e-9 / 127;

/** Scale of each of `filters` filters: the largest magnitude becomes 127; one scale for all where `filters` is 1. */
export function weightScales(data: Float32Array, filters: number): Float32Array {
  const largest = new Float32Array(filters);
  for (let i = 0; i < data.length; i += filters) {
    for (let c = 0; c < filters; c++) {
      const magnitude = Math.abs(data[i + c] as number);
      if (magnitude > (largest[c] as number)) largest[c] = magnitude;
    }
  }
  return largest.map((value) => Math.max(value / 127, LEAST));
}

/** Weights [.., filters] as integers, to nearest, on scales of their own or on those given. */
export function quantizeWeights(
  data: Float32Array,
  filters: number,
  scale: Float32Array = weightScales(data, filters)
): QuantizedWeights {
  const integers = new Int8Array(data.length);
  for (let i = 0; i < data.length; i += filters) {
    for (let c = 0; c < filters; c++) {
      const value = Math.round((data[i + c] as number) / (scale[c] as number));
      integers[i + c] = Math.max(-127, Math.min(127, value));
    }
  }
  return { data: integers, scale };
}
