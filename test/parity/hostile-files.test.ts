/** @file Broken files of every format are read whole or refused in words, each within 200 ms of processor time. */
import { test } from 'vitest';
import { tryHostile } from '../support/hostile';
import { hostileReaders } from '../support/hostile-files';

test.each(hostileReaders)('broken files: $name', { timeout: 120_000 }, async ({ name, reader, counts: [count] }) => {
  await tryHostile(name, await reader(), { count, seed: 20_240_501 });
});
