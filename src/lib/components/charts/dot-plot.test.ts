/** @file Tests of the dot plot's geometry. */
import { expect, test } from 'vitest';
import { dotPlotLayout, quantile } from './dot-plot';

test('dotPlotLayout(samples) stacks equal runs on top of each other', () => {
  const { dots } = dotPlotLayout([5, 5, 5, 6], [5], 480, 132);
  const stack = dots.filter((dot) => dot.x === dots[0]?.x);
  expect(stack).toHaveLength(3);
  expect(new Set(stack.map((dot) => dot.y)).size).toBe(3);
});

test('dotPlotLayout(samples) counts a run far slower than the rest instead of flattening the others', () => {
  const samples = [...Array.from({ length: 60 }, (_, i) => 5 + (i % 7) / 50), 90];
  const layout = dotPlotLayout(samples, [5.05], 480, 132);
  expect(layout.beyond).toBe(1);
  expect(layout.dots).toHaveLength(60);
});

test('dotPlotLayout(samples) shrinks the dots until the tallest stack fits', () => {
  const { dots, radius } = dotPlotLayout(
    Array.from({ length: 30 }, () => 4),
    [4],
    480,
    132
  );
  expect(Math.min(...dots.map((dot) => dot.y))).toBeGreaterThan(20);
  expect(radius).toBeLessThan(3);
});

test.each([
  [[3, 1, 2], 0.5, 2],
  [[1, 2, 3, 4], 0.5, 2.5],
  [[10, 20, 30, 40, 50], 0.9, 46]
])('quantile(%j, %d) is %d', (samples, share, expected) => {
  expect(quantile(samples, share)).toBeCloseTo(expected, 9);
});
