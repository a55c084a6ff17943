/** @file Tests of fitting pictures to a network. */
import { expect, test } from 'vitest';
import { fitPictures, fittingOf } from './fit';

const fit = (images: number[], from: readonly [number, number, number], to: readonly [number, number, number]) => {
  const fitting = fittingOf(from, to);
  if (!fitting) throw new Error('test: must fit');
  const count = images.length / (from[0] * from[1] * from[2]);
  return [...fitPictures(Float32Array.from(images), count, fitting)];
};

test('gray is repeated to every channel', () => {
  expect(fit([1, 2], [1, 2, 1], [1, 2, 3])).toEqual([1, 1, 1, 2, 2, 2]);
});

test('colours are weighed together for a gray network', () => {
  expect(fit([1, 1, 1, 0, 1, 0], [1, 2, 3], [1, 2, 1])).toEqual([1, Math.fround(0.587)]);
});

test('twice the size has half-pixel centres', () => {
  expect(fit([0, 4], [1, 2, 1], [1, 4, 1])).toEqual([0, 1, 3, 4]);
});

test('several pictures stay apart', () => {
  expect(fit([1, 1, 5, 5], [1, 2, 1], [2, 1, 1])).toEqual([1, 1, 5, 5]);
});

test('nothing to do gives the same numbers', () => {
  expect(fit([1, 2, 3], [1, 1, 3], [1, 1, 3])).toEqual([1, 2, 3]);
});

test('three channels do not become four', () => {
  expect(fittingOf([8, 8, 3], [8, 8, 4])).toBeNull();
});
