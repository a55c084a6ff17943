/** @file Step 8, export: bilinear resizing between half-pixel centres, in 8 bits as in floats. */
import { sizeOf, type Part, type Values } from './maps';

/** The two neighbours of a result along one axis, and the second one's share. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** Half-pixel centres in float32, as the runtimes compute them. */
function neighbours(from: number, to: number): readonly Between[] {
  const scale = Math.fround(from / to);
  return Array.from({ length: to }, (_, i) => {
    const at = Math.max(0, Math.fround(Math.fround((i + 0.5) * scale) - 0.5));
    const low = Math.min(Math.floor(at), from - 1);
    return { low, high: Math.min(low + 1, from - 1), share: Math.fround(at - low) };
  });
}

/** Corners of one result and the shares of the lower row and the right column. */
interface Corners {
  readonly corners: readonly [topLeft: number, topRight: number, bottomLeft: number, bottomRight: number];
  readonly down: number;
  readonly right: number;
}

/** The mix of `result.length` / channels pixels. */
function resized<N extends Values>(
  { data, shape }: Part<N>,
  out: readonly number[],
  { result, mix }: { readonly result: N; readonly mix: (at: Corners) => number }
): N {
  const [height = 1, width = 1, channels = 1] = shape;
  const [rows = 1, columns = 1] = out;
  const across = neighbours(width, columns);
  neighbours(height, rows).forEach(({ low: top, high: bottom, share: down }, y) => {
    across.forEach(({ low: left, high: end, share: right }, x) => {
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number): number => data[(row * width + column) * channels + c] as number;
        const corners = [at(top, left), at(top, end), at(bottom, left), at(bottom, end)] as const;
        result[(y * columns + x) * channels + c] = mix({ corners, down, right });
      }
    });
  });
  return result;
}

/** Shares of 8-bit resizing are whole numbers of 2048ths (XNNPACK, s8-ibilinear). */
const UNIT = 2048;

/** A map of stored numbers at another size, on the same grid. */
export function resizedIntegers(part: Part<Int8Array>, out: readonly number[]): Int8Array {
  const mix = ({ corners: [a, b, c, d], down, right }: Corners): number => {
    const [j, i] = [Math.round(right * UNIT), Math.round(down * UNIT)];
    const top = a * UNIT + (b - a) * j;
    const bottom = c * UNIT + (d - c) * j;
    return Math.floor((top * UNIT + (bottom - top) * i) / UNIT / UNIT + 0.5);
  };
  return resized(part, out, { result: new Int8Array(sizeOf(out)), mix });
}

/** A map of floats at another size. */
export function resizedFloats(part: Part<Float32Array>, out: readonly number[]): Float32Array {
  const mix = ({ corners: [a, b, c, d], down, right }: Corners): number => {
    const top = a + (b - a) * right;
    const bottom = c + (d - c) * right;
    return top + (bottom - top) * down;
  };
  return resized(part, out, { result: new Float32Array(sizeOf(out)), mix });
}
