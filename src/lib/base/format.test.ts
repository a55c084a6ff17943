import { expect, test } from 'vitest';
import { formatPart } from './format';

test.each([
  [0, 9, '0'],
  [9, 9, '100'],
  [1, 3, '33.3'],
  [2_531_200, 2_531_328, '99.99'],
  [9995, 10_000, '99.95'],
  [99_999, 100_000, '99.999'],
  [3, 1_000_000, '0.0003']
])('%d of %d is %s percent', (part, whole, text) => expect(formatPart(part, whole)).toBe(text));
