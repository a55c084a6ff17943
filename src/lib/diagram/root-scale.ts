/** @file Diagram: the square-root scale that heights and widths are drawn on. */

/** A scale from 0..`most` to 0..`pixels` by square root, so that areas compare. */
export function rootScale(most: number, pixels: number): (value: number) => number {
  return (value) => pixels * Math.sqrt(Math.max(0, value) / most);
}
