/** @file The losses of maps against PyTorch's. */
import { expect, test } from 'vitest';
import { gapOf, golden } from '../../../test/support/training-golden';
import { pixelLoss } from './pixel-loss';

test.each(golden.pixels)(
  'loss and gradient are PyTorch’s: $objective.loss, $classes channels, squashed $squashed',
  ({ map, labels, objective, classes, squashed, loss, gradient }) => {
    const found = new Float32Array(map.length).fill(NaN);
    const truth = { count: 2, labels: Uint8Array.from(labels) };
    const verdict = pixelLoss(Float32Array.from(map), truth, { objective, classes, squashed, gradient: found });
    expect(verdict.loss).toBeCloseTo(loss, 5);
    expect(verdict.terms).toBe(labels.filter((label) => label !== 255).length);
    expect(gapOf(gradient, found)).toBeLessThan(1e-6);
  }
);

const crossEntropy = { kind: 'pixels', loss: 'crossEntropy', ignore: 9 } as const;

test('a picture counts by the share of its pixels that are right; ignored ones count for nothing', () => {
  const map = Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1);
  const verdict = pixelLoss(map, { count: 2, labels: Uint8Array.of(0, 0, 9, 1) }, asked(map));
  expect([verdict.correct, verdict.terms]).toEqual([1.5, 3]);
});

test('where every pixel is ignored there is nothing to learn', () => {
  const map = Float32Array.of(1, 0, 0, 1);
  const gradient = new Float32Array(4).fill(1);
  const verdict = pixelLoss(map, { count: 1, labels: Uint8Array.of(9, 9) }, { ...asked(map), gradient });
  expect(verdict).toEqual({ loss: 0, correct: 1, terms: 0 });
  expect([...gradient]).toEqual([0, 0, 0, 0]);
});

test('labels of another number or beyond the classes are refused in words', () => {
  const map = new Float32Array(4);
  expect(() => pixelLoss(map, { count: 1, labels: Uint8Array.of(0) }, asked(map))).toThrow('each of 2 pixels, got 1');
  expect(() => pixelLoss(map, { count: 1, labels: Uint8Array.of(0, 3) }, asked(map))).toThrow('below 2, got 3');
  const one = { objective: { ...crossEntropy, loss: 'binary' as const }, classes: 1, squashed: false };
  expect(() => pixelLoss(map, { count: 1, labels: Uint8Array.of(0, 1, 2, 0) }, one)).toThrow('below 2, got 2');
});

function asked(map: Float32Array) {
  return { objective: crossEntropy, classes: 2, squashed: false, gradient: new Float32Array(map.length) };
}
