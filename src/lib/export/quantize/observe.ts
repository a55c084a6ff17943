/** @file Step 8, export: what was seen of every value of a network on calibration pictures. */
import { m } from '$paraglide/messages';
import type { Range } from './activations';
import { GrowingHistogram, percentileRange, rangeOf, type Histogram } from './histogram';

/** One value: its extremes and its histogram. */
export interface SeenValue {
  readonly range: Range;
  readonly histogram: Histogram;
}

/** Every value by name, the picture under the empty one; plain data. */
export type SeenValues = Readonly<Record<string, SeenValue>>;

/** How a range is taken: all that was seen, or all but the rarest numbers on both sides. */
export type RangeMethod = { readonly kind: 'minMax' } | { readonly kind: 'percentile'; readonly percent: number };

/** The share of numbers kept when nobody says another. */
export const USUAL_PERCENT = 99.99;

/** Collects what is seen. */
export class Observer {
  private readonly values = new Map<string, { range: Range; readonly histogram: GrowingHistogram }>();

  /** Adds numbers of a value; throws in the person's words where one of them is no number. */
  see(name: string, data: Float32Array): void {
    const [low, high] = rangeOf(data);
    if (!data.every(Number.isFinite)) throw new Error(m.quantize_not_finite({ name: name || m.quantize_picture() }));
    const known = this.values.get(name);
    const histogram = known?.histogram ?? new GrowingHistogram();
    histogram.add(data);
    const [least, most] = known?.range ?? [low, high];
    this.values.set(name, { range: [Math.min(low, least), Math.max(high, most)], histogram });
  }

  read(): SeenValues {
    return Object.fromEntries(
      [...this.values].map(([name, { range, histogram }]) => [name, { range, histogram: histogram.read() }])
    );
  }
}

/** The range of every value by a method; never wider than what was seen. */
export function rangesOf(seen: SeenValues, method: RangeMethod): ReadonlyMap<string, Range> {
  return new Map(
    Object.entries(seen).map(([name, { range, histogram }]) => {
      if (method.kind === 'minMax') return [name, range];
      const [low, high] = percentileRange(histogram, method.percent);
      return [name, [Math.max(low, range[0]), Math.min(high, range[1])]];
    })
  );
}
