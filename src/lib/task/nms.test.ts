/** @file Suppression keeps the best of boxes that overlap. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlap, suppress, type Corners } from './nms';

test('the overlap of two boxes is their shared area over their joint area', () => {
  expect(overlap([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(1 / 3, 12);
  expect(overlap([0, 0, 2, 2], [0, 0, 2, 2])).toBe(1);
  expect(overlap([0, 0, 2, 2], [2, 0, 4, 2])).toBe(0);
  expect(overlap([1, 1, 1, 1], [1, 1, 1, 1])).toBe(0);
});

test('a box that overlaps a better one too much goes, one that overlaps only a box already gone stays', () => {
  const boxes = [0, 4, 8].map((x) => ({ box: [x, 0, x + 10, 10] as Corners }));
  expect(suppress(boxes, 0.4)).toEqual([boxes[0], boxes[2]]);
  expect(suppress(boxes, 0.5)).toEqual(boxes);
  expect(suppress(boxes, 0.4, 1)).toEqual([boxes[0]]);
});

const side = fc.double({ min: 0, max: 100, noNaN: true });
const box = fc.tuple(side, side, side, side).map(([x, y, w, h]): { box: Corners } => ({ box: [x, y, x + w, y + h] }));

test('no two boxes that stay overlap by more than the threshold, and every box that went overlaps one that stayed', () => {
  fc.assert(
    fc.property(fc.array(box, { maxLength: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (boxes, threshold) => {
      const kept = suppress(boxes, threshold);
      for (const [i, a] of kept.entries()) {
        for (const b of kept.slice(i + 1)) expect(overlap(a.box, b.box)).toBeLessThanOrEqual(threshold);
      }
      for (const gone of boxes.filter((one) => !kept.includes(one))) {
        expect(kept.some((stayed) => overlap(stayed.box, gone.box) > threshold)).toBe(true);
      }
    })
  );
});
