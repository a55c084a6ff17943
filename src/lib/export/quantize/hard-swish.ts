/** @file Step 8, export: h-swish in 8 bits as TensorFlow Lite computes it: 16-bit fixed-point products (kernels/internal/reference/hard_swish.h). */
import type { ActivationScale } from './activations';

const clamp16 = (value: number): number => Math.max(-32768, Math.min(32767, value));

/** a · b / 2^15 of two 16-bit numbers, rounded to nearest, halves away from zero. */
function highProduct(a: number, b: number): number {
  const product = a * b;
  return clamp16(Math.trunc((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / 32768));
}

/** a · b / 2^15, rounded towards zero. */
const highProductCut = (a: number, b: number): number => clamp16(Math.trunc((a * b) / 32768));

/** value / 2^exponent, rounded to nearest, halves away from zero. */
function shifted(value: number, exponent: number): number {
  const mask = (1 << exponent) - 1;
  const threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + ((value & mask) > threshold ? 1 : 0);
}

/** A factor as a 16-bit number of 2^15ths and a power of two. */
function fixedPoint(factor: number): { readonly multiplier: number; readonly exponent: number } {
  if (factor === 0) return { multiplier: 0, exponent: 0 };
  let exponent = Math.floor(Math.log2(factor)) + 1;
  let whole = Math.round((factor / 2 ** exponent) * 2 ** 31);
  if (whole === 2 ** 31) {
    whole /= 2;
    exponent++;
  }
  const multiplier = whole >= 2 ** 31 - 2 ** 15 ? 32767 : (whole + 2 ** 15) >> 16;
  return { multiplier, exponent };
}

/** The answer to each of the 256 stored numbers, -128 first. */
export function hardSwishTable(from: ActivationScale, to: ActivationScale): Int8Array {
  const fine = Math.fround(Math.fround(1 / 128) * from.scale);
  const outward = fixedPoint(Math.fround(fine / to.scale));
  const gate = fixedPoint(Math.fround(fine / Math.fround(3 / 32768)));
  return Int8Array.from({ length: 256 }, (_, i) => {
    const value = (i - 128 - from.zeroPoint) * 128;
    const onGrid = highProduct(value, outward.multiplier);
    let share = value;
    if (gate.exponent > 0) share = clamp16(share * 2 ** (gate.exponent - 1));
    share = highProduct(share, gate.multiplier);
    if (gate.exponent > 0) share = clamp16(share * 2);
    if (gate.exponent < 0) share = shifted(share, -gate.exponent);
    share = (share + 32768) >> 1;
    const product = highProductCut(share, onGrid);
    return Math.max(-128, Math.min(127, shifted(product, -outward.exponent) + to.zeroPoint));
  });
}
