/** @file Random tables of every kind lower: shapes chain, params are the sum of their tensors. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { checkArchitecture } from '$lib/arch/parse';
import { lower } from '$lib/ops/lower';
import { lowerRandomTables } from '../support/lowered-tables';
import { randomTables } from '../support/random-tables';

describe('lower(table)', () => {
  test('lowers every valid table: shapes chain, params and buffers are the sum of its tensors', () => {
    lowerRandomTables({ numRuns: 2000 });
  });

  test('the last map of a classifier is its classes, of LR-ASPP as large as the picture', () => {
    fc.assert(
      fc.property(randomTables(), (arch) => {
        const last = lower(arch).at(-1)?.out ?? arch.input;
        const { kind } = arch.head;
        if (kind === 'classifier') expect(last).toEqual([1, 1, arch.classes]);
        else if (kind === 'lraspp') expect(last).toEqual([arch.input[0], arch.input[1], arch.classes]);
        else if (kind === 'ssdlite') expect(last[2]).toBe(arch.classes + 4);
        else expect(last.every((n) => n > 0)).toBe(true);
      }),
      { numRuns: 500 }
    );
  });

  test('a random table is valid', () => {
    fc.assert(fc.property(randomTables(), (arch) => checkArchitecture(arch).length === 0));
    expect(fc.sample(randomTables(), 3)).toHaveLength(3);
  });
});
