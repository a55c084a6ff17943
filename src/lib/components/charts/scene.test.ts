/** @file Tests of how a scene is drawn. */
import { expect, test } from 'vitest';
import { classColour, classesIn, maskRaster } from './scene';

test('maskRaster(picture, mask) tints what the mask covers and leaves the background', () => {
  const { rgba, width, height } = maskRaster(Uint8Array.of(0, 100), [1, 2, 1], Uint8Array.of(0, 2));
  expect([width, height]).toEqual([2, 1]);
  expect([...rgba]).toEqual([0, 0, 0, 255, 178, 135, 40, 255]);
  expect(classColour(2)).toBe('rgb(230 159 0)');
});

test('every class of a scene has a colour, however many there are', () => {
  for (let label = 1; label < 30; label++) expect(classColour(label)).toMatch(/^rgb\(\d+ \d+ \d+\)$/);
});

test('classesIn(labels) names each class once, without the background', () => {
  expect(classesIn([3, 0, 1, 3, 0])).toEqual([1, 3]);
});
