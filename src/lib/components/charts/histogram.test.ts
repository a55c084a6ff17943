/** @file Tests of the outline of a histogram. */
import { expect, test } from 'vitest';
import { histogramPath } from './histogram';

const box = { range: [0, 4], width: 44, height: 10 } as const;
const ends = (path: string): number[] => [...path.matchAll(/L[\d.]+ ([\d.]+)H/g)].map(([, y]) => Number(y));

test('the fullest step reaches the top, an empty one stays at the bottom', () => {
  const tops = ends(histogramPath({ low: 0, width: 1, counts: [99, 0, 9, 0] }, box));
  expect(tops).toHaveLength(44);
  expect(tops[5]).toBe(0);
  expect(Math.min(...tops.slice(12, 22))).toBe(10);
  expect(Math.min(...tops.slice(22, 33))).toBe(5);
});

test('bins beyond the range are added to its ends', () => {
  const tops = ends(histogramPath({ low: -2, width: 1, counts: [3, 0, 0, 0, 0, 0, 0, 3] }, box));
  expect([tops[0], tops[43]]).toEqual([0, 0]);
});

test('one number only is one full step', () => {
  expect(histogramPath({ low: 1, width: 1, counts: [5] }, { ...box, range: [1, 1] })).toMatch(/ 0\.0H/);
});
