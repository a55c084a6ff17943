/** @file Step 8, export: 8-bit scales of activations: one range for a whole map, 0 always on the grid (arXiv 1712.05877 §2.1). */

/** Smallest and largest value seen. */
export type Range = readonly [low: number, high: number];

/** Real value = scale · (stored - zero point), stored in -128..127. */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A map that never leaves 0 by more has no scale of its own. */
const LEAST_SPAN = 1e-8;

/** The grid of a range, widened to hold 0; the scale is a float32. A map that is always 0 gets the grid of 0 to 1. */
export function activationScale([low, high]: Range): ActivationScale {
  const dead = Math.max(high, 0) - Math.min(low, 0) < LEAST_SPAN;
  const [from, to] = dead ? [0, 1] : [Math.min(low, 0), Math.max(high, 0)];
  const scale = Math.fround((to - from) / 255);
  const zeroPoint = Math.max(-128, Math.min(127, Math.round(-128 - from / scale)));
  return { scale, zeroPoint };
}

/** What the runtimes' sigmoid answers in, whatever came in. */
export const sigmoidScale: ActivationScale = { scale: 1 / 256, zeroPoint: -128 };
