/** @file The 8-bit simulator answers what LiteRT.js answers, bit for bit, to every kind of node that a file may hold. */
import { expect, test } from 'vitest';
import { drawCase, gapOf, nodeDraws } from '../support/quantize-cases';

const CASES = 12;

/** Not among LiteRT's fast kernels: its plain ones take them, exactly as they are simulated. */
const plain: ReadonlySet<string> = new Set(['hardSwish', 'averagePool']);

test.each(Object.entries(nodeDraws))('%s: 0 LSB', async (name, draw) => {
  for (let seed = 0; seed < CASES; seed++) {
    const { most, wrong, all, accelerated } = await gapOf(drawCase(draw, seed));
    expect([seed, most, `${wrong} of ${all}`, accelerated]).toEqual([seed, 0, `0 of ${all}`, !plain.has(name)]);
  }
});
