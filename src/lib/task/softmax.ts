/** @file Tasks: numbers of any size as probabilities. */

/** Softmax of a row of logits in float64: all from 0 to 1, together 1. */
export function softmax(logits: Float32Array): Float64Array {
  const top = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = Float64Array.from(logits, (value) => Math.exp(value - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
