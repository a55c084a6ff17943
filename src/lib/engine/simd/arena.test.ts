/** @file A network's memory belongs to the network alone. */
import { expect, test } from 'vitest';
import { coreOfTests } from '../../../../test/support/simd-core';
import { openArena } from './arena';
import { instantiate } from './kernels';

test.each([false, true])('the kernels bring no numbers of their own into the memory (plain: %s)', async (plain) => {
  const arena = openArena();
  instantiate((await coreOfTests(plain)).module, arena.memory);
  const block = arena.alloc(10_000);
  expect(arena.floats(block, 10_000).every((value) => value === 0)).toBe(true);
});
