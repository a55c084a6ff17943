import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rngOf } from '$lib/base/rng';
import { splitIndices } from './split';

const labelsArb = fc.array(fc.nat(4), { minLength: 1, maxLength: 200 });

test('splitIndices gives every picture to exactly one split', () => {
  fc.assert(
    fc.property(labelsArb, fc.integer(), (labels, seed) => {
      const { train, validation, test } = splitIndices(labels, { validation: 0.2, test: 0.1 }, rngOf(seed));
      expect([...train, ...validation, ...test].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
    })
  );
});

test('splitIndices leaves every class some train pictures and keeps its share within one picture', () => {
  fc.assert(
    fc.property(labelsArb, fc.integer(), (labels, seed) => {
      const parts = splitIndices(labels, { validation: 0.25, test: 0.25 }, rngOf(seed));
      for (const label of new Set(labels)) {
        const size = labels.filter((l) => l === label).length;
        const of = (indices: readonly number[]) => indices.filter((i) => labels[i] === label).length;
        expect(of(parts.train)).toBeGreaterThan(0);
        if (size >= 3) expect(Math.abs(of(parts.validation) - size / 4)).toBeLessThanOrEqual(1);
      }
    })
  );
});

test('splitIndices is the same for the same seed and another for another', () => {
  const labels = Array.from({ length: 100 }, (_, i) => i % 5);
  const shares = { validation: 0.2, test: 0.2 };
  expect(splitIndices(labels, shares, rngOf(1))).toEqual(splitIndices(labels, shares, rngOf(1)));
  expect(splitIndices(labels, shares, rngOf(1))).not.toEqual(splitIndices(labels, shares, rngOf(2)));
});

test('splitIndices refuses shares that leave no train', () => {
  expect(() => splitIndices([0, 1], { validation: 0.5, test: 0.5 }, rngOf(0))).toThrow('got 0.5 and 0.5');
});
