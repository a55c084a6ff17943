/** @file Many more broken picture files than the daily tests read, with another seed: each is read or refused in words. */
import { test } from 'vitest';
import { readers, tryBroken } from '../support/broken-pictures';

test.each(Object.entries(readers))('10,000 broken files of %s', async (_, reader) => {
  await tryBroken(reader, { numRuns: 10_000, seed: 20_261_122 });
});
