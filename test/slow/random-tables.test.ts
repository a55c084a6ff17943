/** @file Ten times as many random tables as the daily tests lower, with another seed. */
import { test } from 'vitest';
import { lowerRandomTables } from '../support/lowered-tables';

test('20,000 random tables lower: shapes chain, params and buffers are the sum of the tensors', () => {
  lowerRandomTables({ numRuns: 20_000, seed: 20_261_122 });
});
