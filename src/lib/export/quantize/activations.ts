/** @file Step 8, export: 8-bit scales of activations: one range for a whole map, 0 always on the grid (arXiv 1712.05877 §2.1). */

/** Smallest and largest value seen. */
export type Range = readonly [low: number, high: number];

/** Real value = scale · (stored - zero point), stored in -128..127. */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A map that is always 0 still needs a scale. */
const LEAST_SPAN = 1e-8;

/** The grid of a range, widened to hold 0; the scale is a float32. */
export function activationScale([low, high]: Range): ActivationScale {
  const from = Math.min(low, 0);
  const to = Math.max(high, 0, from + LEAST_SPAN);
  const scale = Math.fround((to - from) / 255);
  const zeroPoint = Math.max(-128, Math.min(127, Math.round(-128 - from / scale)));
  return { scale, zeroPoint };
}

/** What the runtimes' sigmoid answers in, whatever came in. */
export const sigmoidScale: ActivationScale = { scale: 1 / 256, zeroPoint: -128 };
