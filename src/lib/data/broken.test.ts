import { test } from 'vitest';
import { readers, tryBroken } from '../../../test/support/broken-pictures';

test.each(Object.entries(readers))('1,000 broken files of %s are read or refused in words', async (_, reader) => {
  await tryBroken(reader, { numRuns: 1_000, seed: 7 });
});
