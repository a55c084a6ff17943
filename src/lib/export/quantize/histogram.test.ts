import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BINS, GrowingHistogram, percentileRange, type Histogram } from './histogram';

const of = (...batches: number[][]): Histogram => {
  const histogram = new GrowingHistogram();
  for (const batch of batches) histogram.add(Float32Array.from(batch));
  return histogram.read();
};
const total = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

describe('a growing histogram', () => {
  test('counts every number in the bin that holds it, however far the next batch reaches', () => {
    const number = fc.float({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.array(number, { maxLength: 20 }), { minLength: 1, maxLength: 5 }), (batches) => {
        const histogram = of(...batches);
        const counts = new Array<number>(BINS).fill(0);
        for (const value of batches.flat()) {
          const bin = Math.floor(value / histogram.width) - histogram.low / histogram.width;
          counts[bin] = (counts[bin] ?? NaN) + 1;
        }
        expect(histogram.counts).toEqual(counts);
      })
    );
  });

  test('has bins as wide as a power of two, and nearly half of them or more are used', () => {
    const { low, width, counts } = of([-1, 0.5], [7], [-40]);
    expect(Number.isInteger(Math.log2(width))).toBe(true);
    const used = counts.flatMap((count, i) => (count > 0 ? [i] : []));
    expect((used.at(-1) ?? 0) - (used[0] ?? 0)).toBeGreaterThan(BINS / 2 - 2);
    expect(low).toBeLessThanOrEqual(-40);
  });

  test('is plain data', () => {
    const histogram = of([1, 2, 3]);
    expect(JSON.parse(JSON.stringify(histogram))).toEqual(histogram);
  });

  test.each([[[0, 0, 0]], [[1e-30, -1e-30]], [[3e38, -3e38]], [[5]], [[]]])('counts %j', (numbers) => {
    expect(total(of(numbers))).toBe(numbers.length);
  });
});

describe('percentileRange', () => {
  /** 998 numbers from 0 to 1, one far below, one far above. */
  const spread = of([...Array.from({ length: 998 }, (_, i) => i / 997), -50, 80]);

  test('of everything holds everything', () => {
    const [low, high] = percentileRange(spread, 100);
    expect([low <= -50, high >= 80]).toEqual([true, true]);
  });

  test('cuts the same share off on both sides', () => {
    const [low, high] = percentileRange(spread, 99.8 - 1e-9);
    expect(low).toBeGreaterThanOrEqual(-spread.width);
    expect(high).toBeLessThanOrEqual(1 + spread.width);
  });

  test('keeps 0 where more than the share is 0', () => {
    const [low] = percentileRange(of([...Array.from({ length: 50 }, () => 0), 1, 2, 3]), 90);
    expect(low).toBe(0);
  });
});
