/** @file Ten thousand broken files for every reader, with another seed than the daily tests have. */
import { test } from 'vitest';
import { tryHostile } from '../support/hostile';
import { hostileReaders } from '../support/hostile-files';

test.each(hostileReaders)('broken files: $name', async ({ name, reader, counts: [, count] }) => {
  await tryHostile(name, await reader(), { count, seed: 20_261_122 });
});
