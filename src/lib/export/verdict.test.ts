/** @file Tests of a proof in words. */
import { expect, test } from 'vitest';
import { formatDifference } from './verdict';

test.each([
  [0, '0'],
  [4.71e-9, '4.7e-9'],
  [0.00999, '1.0e-2'],
  [0.1312, '0.13'],
  [2.98, '3'],
  [123, '120']
])('a difference of %d is written %s', (value, text) => {
  expect(formatDifference(value)).toBe(text);
});
