/** @file Step 8, export: sums and products of two values of stored numbers, bit for bit as XNNPACK computes them. */
import type { ActivationScale } from './activations';
import { requantized, roundEven, type Target } from './rounding';

/** The grids of both inputs and of the result, and what its activation leaves. */
export interface PairSetting {
  readonly one: ActivationScale;
  readonly other: ActivationScale;
  readonly to: ActivationScale;
  readonly range: Target['range'];
}

/** Takes two values element by element, as whole numbers from their zero points; the shorter one is spread over the longer. */
function combined(
  [a, b]: readonly [Int8Array, Int8Array],
  { one, other }: PairSetting,
  combine: (x: number, y: number) => number
): Float64Array {
  const result = new Float64Array(Math.max(a.length, b.length));
  const block = Math.min(a.length, b.length);
  for (let at = 0; at < result.length; at += block) {
    const [atA, atB] = [a.length === block ? 0 : at, b.length === block ? 0 : at];
    for (let i = 0; i < block; i++) {
      result[at + i] = combine((a[atA + i] as number) - one.zeroPoint, (b[atB + i] as number) - other.zeroPoint);
    }
  }
  return result;
}

/** Bits of a sum's factors (XNNPACK, qs8-vadd: the larger factor has 21). */
const BITS = 20;

/** The sum: both factors in fixed point of one power of two, the result rounded half up. */
export function sumOf(values: readonly [Int8Array, Int8Array], setting: PairSetting): Int8Array {
  const { one, other, to, range } = setting;
  const [a, b] = [Math.fround(one.scale / to.scale), Math.fround(other.scale / to.scale)];
  const unit = 2 ** (BITS - Math.floor(Math.log2(Math.max(Math.abs(a), Math.abs(b)))));
  const [x21, y21] = [roundEven(a * unit), roundEven(b * unit)];
  const [least, most] = range;
  const sums = combined(values, setting, (x, y) => Math.floor((x * x21 + y * y21) / unit + 0.5) + to.zeroPoint);
  return Int8Array.from(sums, (value) => Math.max(least, Math.min(most, value)));
}

/** The product. */
export function productOf(values: readonly [Int8Array, Int8Array], setting: PairSetting): Int8Array {
  const { one, other, to, range } = setting;
  const factor = Float32Array.of(Math.fround(Math.fround(one.scale * other.scale) / to.scale));
  const products = combined(values, setting, (x, y) => x * y);
  return requantized(products, factor, { zeroPoint: to.zeroPoint, range });
}
