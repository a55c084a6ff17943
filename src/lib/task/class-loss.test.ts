/** @file The losses of a classifier against PyTorch's. */
import { expect, test } from 'vitest';
import { gapOf, golden } from '../../../test/support/training-golden';
import { classLoss, spreadLabels } from './class-loss';
import { plainClasses } from './objective';

const { classes } = golden;
const logits = Float32Array.from(classes.logits);
const labels = Uint8Array.from(classes.labels);
const truth = { count: 4, labels, teacher: Float32Array.from(classes.teacher) };

test.each(classes.cases)('loss and gradient are PyTorch’s: %j', ({ objective, loss, gradient }) => {
  const found = new Float32Array(logits.length);
  const verdict = classLoss(logits, truth, { objective, gradient: found });
  expect(verdict.loss).toBeCloseTo(loss, 5);
  expect(gapOf(gradient, found)).toBeLessThan(1e-6);
  expect(classLoss(logits, truth, { objective })).toEqual(verdict);
});

test('the first of the largest logits is the answer', () => {
  const even = classLoss(new Float32Array(6), { count: 2, labels: Uint8Array.of(0, 1) }, { objective: plainClasses });
  expect(even.loss).toBeCloseTo(Math.log(3), 6);
  expect([even.correct, even.terms]).toEqual([1, 2]);
});

test('a smoothed truth keeps its sum', () => {
  const spread = spreadLabels({ count: 1, labels: Uint8Array.of(1) }, 4, 0.2);
  expect(gapOf([0.05, 0.85, 0.05, 0.05], spread)).toBeLessThan(1e-6);
});

test('a label beyond the classes and a missing teacher are refused in words', () => {
  const wrong = { count: 4, labels: Uint8Array.of(0, 1, 5, 0) };
  expect(() => classLoss(logits, wrong, { objective: plainClasses })).toThrow('must be below 5, got 5');
  const objective = { ...plainClasses, teacher: { kind: 'mse', weight: 0.5 } } as const;
  expect(() => classLoss(logits, { count: 4, labels }, { objective })).toThrow('got 0 numbers');
});
