/** @file Tests of the explanation of printed totals. */
import { expect, test } from 'vitest';
import { gapOf } from './published-gap';

const fvcore = { convention: 'fvcore', value: 226_033_824 };

test.each([
  ['569 M', 568_740_352, [], { kind: 'rounded' }],
  ['5.4 M', 5_483_032, [], { kind: 'cut' }],
  ['226 M', 216_589_760, [fvcore], { kind: 'other', count: fvcore }],
  ['219 M', 216_589_760, [fvcore], { kind: 'between', count: fvcore }],
  ['65 M', 52_300_000, [{ convention: 'fvcore', value: 56_000_000 }], { kind: 'unexplained', by: 12_700_000 }],
  ['4,166,344', 4_166_344, [], { kind: 'same' }],
  ['many', 1, [], null]
])('%s against %d', (text, counted, others, gap) => {
  expect(gapOf(text, counted, others)).toEqual(gap);
});
