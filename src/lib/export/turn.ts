/** @file Step 8, export: weights turned from our axes [taps, in, out] to those of the formats, where the filter comes first. */

/** Numbers that can be turned: floats, 8-bit integers, bits of half floats. */
export type Numbers = Float32Array | Int8Array | Uint16Array;

/** A weight as three axes: kernel taps, input channels (1 for depthwise filters), filters. */
export interface Axes {
  readonly taps: number;
  readonly inside: number;
  readonly out: number;
}

/** Filters turned together: their numbers are neighbours here and far apart there. */
const BLOCK = 32;

function empty<N extends Numbers>(like: N): N {
  const kind = like.constructor as new (length: number) => N;
  return new kind(like.length);
}

/** [taps, in, out] → [out, taps, in], as TFLite keeps filters (OHWI). */
export function filterFirst<N extends Numbers>(data: N, { taps, inside, out }: Axes): N {
  const result = empty(data);
  const rows = taps * inside;
  for (let first = 0; first < out; first += BLOCK) {
    const end = Math.min(first + BLOCK, out);
    for (let r = 0; r < rows; r++) {
      for (let o = first; o < end; o++) result[o * rows + r] = data[r * out + o] as number;
    }
  }
  return result;
}

/** [taps, in, out] → [out, in, taps], as ONNX and PyTorch keep filters (OIHW). */
export function filterThenInput<N extends Numbers>(data: N, axes: Axes): N {
  const { taps, inside, out } = axes;
  if (taps === 1 || inside === 1) return filterFirst(data, axes);
  const result = empty(data);
  for (let first = 0; first < out; first += BLOCK) {
    const end = Math.min(first + BLOCK, out);
    for (let t = 0; t < taps; t++)
      for (let i = 0; i < inside; i++) {
        const here = (t * inside + i) * out;
        const there = i * taps + t;
        for (let o = first; o < end; o++) result[o * inside * taps + there] = data[here + o] as number;
      }
  }
  return result;
}

/** [taps, in, out] → [in, out, taps], as ONNX keeps transposed filters. */
export function inputThenFilter<N extends Numbers>(data: N, { taps, inside, out }: Axes): N {
  const result = empty(data);
  for (let t = 0; t < taps; t++)
    for (let i = 0; i < inside; i++)
      for (let o = 0; o < out; o++) result[(i * out + o) * taps + t] = data[(t * inside + i) * out + o] as number;
  return result;
}
