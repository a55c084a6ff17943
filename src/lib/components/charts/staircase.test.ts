/** @file Tests of the pruning staircase's geometry. */
import { expect, test } from 'vitest';
import { foretold, staircaseLayout } from './staircase';

const input = { width: 1000, height: 180, latencies: [10, 9.5, 9, 8.6], targetMs: 7, at: 2 };

test('staircaseLayout(input) goes down at every step and stays above the target line', () => {
  const { steps, target } = staircaseLayout(input);
  const ys = steps.map((step) => step.y);
  expect(ys).toEqual([...ys].sort((a, b) => a - b));
  expect(target).toBeGreaterThan(ys.at(-1) ?? 0);
});

test('staircaseLayout(input) splits the stairs at the step looked at', () => {
  const { past, rest, steps } = staircaseLayout(input);
  expect(past.match(/V/g)).toHaveLength(2);
  expect(rest.startsWith(`M${steps[2]?.x} ${steps[2]?.y}`)).toBe(true);
});

test('staircaseLayout(input) ends at the last step once the target is met', () => {
  const { steps, right } = staircaseLayout({ ...input, latencies: [10, 8, 7], at: 2 });
  expect(steps.at(-1)?.x).toBe(right);
});

test.each([
  [0, 10, 10, 7, 4],
  [3, 10, 8.5, 7, 6],
  [2, 10, 7, 7, 2],
  [1, 10, 10, 7, 2]
])('foretold(%d, %d, %d, %d) is %d steps', (made, first, last, target, steps) => {
  expect(foretold(made, first, last, target)).toBe(steps);
});
