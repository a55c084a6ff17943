/** @file Step 8, export: how often a value of a network lies where: equal bins that double in width when a number falls outside. */
import type { Range } from './activations';

/** Counts of bins from `low` on, each `width` wide; plain data, to be drawn or kept. */
export interface Histogram {
  readonly low: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** More than half of them are used, so a bin is finer than a step of the 8-bit grid. */
export const BINS = 1024;

/** Counts numbers that nobody has seen before. Bins lie at whole multiples of a power of two: edges stay exact. */
export class GrowingHistogram {
  private counts = new Float64Array(BINS);
  /** The first bin's place, in widths. */
  private first = 0;
  private width = 0;
  private seen: Range = [Infinity, -Infinity];

  /** Counts finite numbers. */
  add(data: Float32Array): void {
    if (data.length === 0) return;
    const [least, most] = rangeOf(data);
    this.seen = [Math.min(this.seen[0], least), Math.max(this.seen[1], most)];
    this.hold();
    for (let i = 0; i < data.length; i++) {
      const bin = Math.floor((data[i] as number) / this.width) - this.first;
      this.counts[bin] = (this.counts[bin] as number) + 1;
    }
  }

  read(): Histogram {
    return { low: this.first * this.width, width: this.width, counts: Array.from(this.counts) };
  }

  /** Bins for all that was seen: twice as wide until they suffice, with what was counted moved over. */
  private hold(): void {
    const [low, high] = this.seen;
    let width = this.width || 2 ** Math.ceil(Math.log2(Math.max(leastSpan(low, high), high - low) / BINS));
    while (Math.floor(high / width) - Math.floor(low / width) >= BINS) width *= 2;
    const first = Math.floor(low / width);
    const counts = new Float64Array(BINS);
    const joined = this.width === 0 ? 1 : width / this.width;
    this.counts.forEach((count, i) => {
      if (count === 0) return;
      const to = Math.floor((this.first + i) / joined) - first;
      counts[to] = (counts[to] as number) + count;
    });
    this.counts = counts;
    this.first = first;
    this.width = width;
  }
}

/** The span of numbers that are all the same: what their own rounding leaves open. */
const leastSpan = (low: number, high: number): number =>
  Math.max(Math.max(Math.abs(low), Math.abs(high)) * 2 ** -20, 2 ** -100);

/** Smallest and largest of some numbers; [Infinity, -Infinity] of none. */
export function rangeOf(data: Float32Array): Range {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * Where `percent` of all numbers lie, the same share cut off on both sides, to the edge of a bin. Layers have few numbers
 * far out, and without them the steps of the grid are smaller.
 */
export function percentileRange({ low, width, counts }: Histogram, percent: number): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cut = (total * (100 - percent)) / 200;
  const firstAbove = (bins: readonly number[]): number => {
    let sum = 0;
    return bins.findIndex((count) => (sum += count) > cut);
  };
  const [first, last] = [firstAbove(counts), counts.length - 1 - firstAbove(counts.toReversed())];
  return [low + first * width, low + (last + 1) * width];
}
