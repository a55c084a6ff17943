/** @file Tests of forms, phases and estimates. */
import { expect, test } from 'vitest';
import { remainingMs, rateOf, trainingMs } from './estimate';
import { firstForms, formFrom } from './forms';
import { afterReload } from './phase';

test('formFrom(defaults, stored) takes known fields of the right type and nothing else', () => {
  const stored = { epochs: 9, batchSize: '64', seed: 7, surprise: true };
  expect(formFrom(firstForms().train, stored)).toEqual({ ...firstForms().train, epochs: 9, seed: 7 });
});

test('formFrom(defaults, stored) takes a number where the default is null', () => {
  expect(formFrom(firstForms().search, { budgetMs: 0.4 }).budgetMs).toBe(0.4);
});

test.each([null, 3, 'x', undefined])('formFrom(defaults, %j) is the defaults', (stored) => {
  expect(formFrom(firstForms().prune, stored)).toEqual(firstForms().prune);
});

test.each([
  ['running', 'interrupted'],
  ['paused', 'interrupted'],
  ['done', 'done'],
  ['failed', 'failed']
] as const)('afterReload(%j) is %j', (before, after) => {
  expect(afterReload(before)).toBe(after);
});

test('trainingMs(size, rate) is pictures times multiply-adds over the rate', () => {
  expect(trainingMs({ madds: 5e6, pictures: 1000, epochs: 2 }, 1e9)).toBeCloseTo(10_000, 6);
});

test('rateOf(imagesPerSecond, madds) is null before anything was timed', () => {
  expect(rateOf(null, 5e6)).toBeNull();
  expect(rateOf(200, 5e6)).toBe(1e9);
});

test('remainingMs(share, elapsedMs) waits for the first hundredth', () => {
  expect(remainingMs(0.001, 100)).toBeNull();
  expect(remainingMs(0.25, 1000)).toBe(3000);
});
