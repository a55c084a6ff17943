import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Shape } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';
import { augment, blackOf } from './augment';
import { mirror } from './batches';

const off = { flip: false, crop: 0, cutout: 0 };

/** Pictures whose every value is its own number, from 1 on: 0 is what blanking writes, -1 what comes in from outside. */
const numbered = (count: number, [height, width, channels]: Shape): Float32Array =>
  Float32Array.from({ length: count * height * width * channels }, (_, i) => i + 1);

const batchArb = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  shape: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 })),
  crop: fc.nat(12),
  cutout: fc.nat(12),
  seed: fc.integer()
});

describe('augment', () => {
  test('leaves pictures alone when nothing is asked for', () => {
    fc.assert(
      fc.property(batchArb, ({ count, shape, seed }) => {
        const images = numbered(count, shape);
        augment(images, count, shape, off, rngOf(seed));
        expect(images).toEqual(numbered(count, shape));
      })
    );
  });

  test('mirrors whole pictures by one draw each', () => {
    fc.assert(
      fc.property(batchArb, ({ count, shape, seed }) => {
        const images = numbered(count, shape);
        augment(images, count, shape, { ...off, flip: true }, rngOf(seed));
        const wanted = numbered(count, shape);
        const rng = rngOf(seed);
        for (let row = 0; row < count; row++) if (rng.next() < 0.5) mirror(wanted, row, shape);
        expect(images).toEqual(wanted);
      })
    );
  });

  test('crops by one move of the whole picture, by no more than the padding, black outside', () => {
    fc.assert(
      fc.property(batchArb, ({ count, shape, crop, seed }) => {
        const [height, width, channels] = shape;
        const size = height * width * channels;
        const black = Array.from({ length: channels }, (_, c) => -1 - c);
        const before = numbered(count, shape);
        const images = numbered(count, shape);
        augment(images, count, shape, { ...off, crop, black }, rngOf(seed));
        const moved = (row: number, down: number, right: number): Float32Array =>
          Float32Array.from({ length: size }, (_, i) => {
            const c = i % channels;
            const x = (Math.floor(i / channels) % width) - right;
            const y = Math.floor(i / (channels * width)) - down;
            const inside = x >= 0 && x < width && y >= 0 && y < height;
            return inside ? before[row * size + (y * width + x) * channels + c]! : black[c]!;
          });
        for (let row = 0; row < count; row++) {
          const picture = images.subarray(row * size, (row + 1) * size).join();
          const places = Array.from({ length: (2 * crop + 1) ** 2 }, (_, i) => i);
          const found = places.some((i) => {
            const [down, right] = [Math.floor(i / (2 * crop + 1)) - crop, (i % (2 * crop + 1)) - crop];
            return moved(row, down, right).join() === picture;
          });
          expect(found).toBe(true);
        }
      }),
      { numRuns: 60 }
    );
  });

  test('cuts out one rectangle, no larger than the square, the rest untouched', () => {
    fc.assert(
      fc.property(batchArb, ({ count, shape, cutout, seed }) => {
        const [height, width, channels] = shape;
        const before = numbered(count, shape);
        const images = numbered(count, shape);
        augment(images, count, shape, { ...off, cutout }, rngOf(seed));
        for (let row = 0; row < count; row++) {
          const rows = new Set<number>();
          const columns = new Set<number>();
          let blanked = 0;
          for (let p = row * height * width; p < (row + 1) * height * width; p++) {
            const values = images.subarray(p * channels, (p + 1) * channels);
            if (values.some((value) => value === 0)) {
              expect(values.every((value) => value === 0)).toBe(true);
              rows.add(Math.floor(p / width));
              columns.add(p % width);
              blanked++;
            } else expect(values).toEqual(before.subarray(p * channels, (p + 1) * channels));
          }
          expect(blanked).toBe(rows.size * columns.size);
          expect(Math.max(rows.size, columns.size)).toBeLessThanOrEqual(cutout);
          if (cutout > 1) expect(blanked).toBeGreaterThan(0);
        }
      })
    );
  });

  test('draws the same for the same seed, and the flip whether or not the others are on', () => {
    const shape: Shape = [8, 8, 3];
    const run = (options: typeof off, seed: number): Float32Array => {
      const images = numbered(16, shape);
      augment(images, 16, shape, options, rngOf(seed));
      return images;
    };
    const all = { flip: true, crop: 2, cutout: 3 };
    expect(run(all, 5)).toEqual(run(all, 5));
    expect(run(all, 5)).not.toEqual(run(all, 6));
    const flipped = run({ ...off, flip: true }, 5);
    const cut = run({ flip: true, crop: 0, cutout: 3 }, 5);
    expect(cut.every((value, i) => value === 0 || value === flipped[i])).toBe(true);
  });

  test('moves to every place, also in the mean', () => {
    const shape: Shape = [1, 1, 1];
    const images = new Float32Array(9000).fill(1);
    augment(images, 9000, shape, { ...off, crop: 1 }, rngOf(1));
    const still = images.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(still - 1000)).toBeLessThan(120);
  });

  test.each([
    ['a crop of no whole pixels', { ...off, crop: 1.5 }, 'crop must be a whole number of pixels, got 1.5'],
    ['a negative square', { ...off, cutout: -1 }, 'cutout must be a whole number of pixels, got -1'],
    ['too few floats', off, 'must have 8 floats, got 4']
  ])('refuses %s', (_, options, message) => {
    expect(() => augment(new Float32Array(4), 2, [2, 2, 1], options, rngOf(1))).toThrow(message);
  });
});

test('black is what a zero becomes by normalisation', () => {
  expect(blackOf({ mean: [0.5, 0.2], std: [0.25, 0.4] })).toEqual([-2, -0.5]);
});
