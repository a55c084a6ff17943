/** @file A network's memory belongs to the network alone. */
import { expect, test } from 'vitest';
import { coreOfTests } from '../../../../test/support/simd-core';
import { openArena, TooLarge } from './arena';
import { instantiate } from './kernels';

test.each([false, true])('the kernels bring no numbers of their own into the memory (plain: %s)', async (plain) => {
  const arena = openArena(String);
  instantiate((await coreOfTests(plain)).module, arena.memory);
  const block = arena.alloc(10_000);
  expect(arena.floats(block, 10_000).every((value) => value === 0)).toBe(true);
});

test('a block beyond 4 GiB is refused in the words given, with the MiB it takes', () => {
  const arena = openArena((mebibytes) => `needs ${mebibytes} MiB`);
  arena.alloc(1000);
  const refused = (): number => arena.alloc(2 ** 30);
  expect(refused).toThrow(TooLarge);
  expect(refused).toThrow(/^needs \d{4,} MiB$/);
});
