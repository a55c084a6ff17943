/** @file Metrics on cases small enough to work out by hand. */
import { expect, test } from 'vitest';
import type { Corners } from './nms';
import {
  accuracyOf,
  averagePrecision,
  confuse,
  iouOf,
  meanAveragePrecision,
  meanIouOf,
  openConfusion,
  type Found
} from './metrics';

test('accuracy and IoU of a confusion matrix; classes that never occur count for nothing', () => {
  const confusion = openConfusion(4);
  confuse(confusion, [0, 0, 1, 1, 2, 0], { labels: [0, 1, 1, 1, 2, 255], ignore: 255 });
  expect([...confusion.counts]).toEqual([1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  expect(accuracyOf(confusion)).toBeCloseTo(4 / 5, 12);
  // Class 0: one right of one label and two answers; class 1: two right of three labels; class 2 is whole.
  expect(iouOf(confusion)).toEqual([1 / 2, 2 / 3, 1, null]);
  expect(meanIouOf(confusion)).toBeCloseTo((1 / 2 + 2 / 3 + 1) / 3, 12);
  expect(accuracyOf(openConfusion(2))).toBeNaN();
});

const at = (x: number): Corners => [x, 0, x + 1, 1];
const found = (x: number, score: number, label = 1) => ({ box: at(x), score, class: label });

test('average precision: hits at ranks 1 and 3 of two boxes are worth 1/2 + 1/2 * 2/3', () => {
  const pictures: Found[] = [
    { found: [found(0, 0.9), found(10, 0.8)], there: [{ box: at(0), class: 1 }] },
    { found: [found(5, 0.7)], there: [{ box: at(5), class: 1 }] }
  ];
  expect(averagePrecision(pictures, 1)).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12);
  expect(averagePrecision(pictures, 2)).toBeNull();
  expect(meanAveragePrecision(pictures, 3)).toBeCloseTo(5 / 6, 12);
});

test('a box is hit once: the second detection of it is a miss', () => {
  const there = [
    { box: at(0), class: 1 },
    { box: at(3), class: 1 }
  ];
  const twice: Found[] = [{ found: [found(0, 0.9), found(0.1, 0.8), found(3, 0.7)], there }];
  expect(averagePrecision(twice, 1)).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12);
});

test('a miss before every hit lowers all, an overlap below the least is a miss, a class of its own counts alone', () => {
  const there = [{ box: at(0), class: 2 }];
  expect(averagePrecision([{ found: [found(7, 0.9, 2), found(0, 0.5, 2)], there }], 2)).toBe(0.5);
  expect(averagePrecision([{ found: [found(0.5, 0.9, 2)], there }], 2)).toBe(0);
  expect(averagePrecision([{ found: [found(0.5, 0.9, 2)], there }], 2, 0.3)).toBe(1);
  expect(averagePrecision([{ found: [found(0, 0.9, 1)], there }], 2)).toBe(0);
  expect(meanAveragePrecision([{ found: [], there }], 3)).toBe(0);
});
