/** @file Tests of views: what stays in order when ONNX axes are turned, split and joined, and what does not. */
import { describe, expect, test } from 'vitest';
import { asChannelsFirst, channelsFirst, inOrder, isInOrder, reshaped, transposed, type MapView } from './view';

const map = (shape: readonly number[]): MapView => channelsFirst({ name: 'map', shape });

/** The numbers of a view, in the order of its axes, when those of the value count up from 0. */
function listed({ dims, steps }: MapView): number[] {
  const walk = (axis: number, at: number): number[] =>
    axis === dims.length
      ? [at]
      : Array.from({ length: dims[axis] ?? 0 }, (_, i) => walk(axis + 1, at + i * (steps[axis] ?? 0))).flat();
  return walk(0, 0);
}

test('a map with its channels first walks the channels last', () => {
  expect(listed(map([2, 2, 3]))).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  expect(isInOrder(map([2, 2, 3]))).toBe(false);
});

test('turned to NHWC it is in order', () => {
  const turned = transposed(map([2, 2, 3]), [0, 2, 3, 1]);
  expect(turned.dims).toEqual([1, 2, 2, 3]);
  expect(isInOrder(turned)).toBe(true);
});

describe('reshaping keeps the list of numbers, or is refused', () => {
  test.each([
    [
      [1, 1, 6],
      [1, 6]
    ],
    [
      [1, 1, 6],
      [1, 2, 3, 1]
    ],
    [
      [4, 5, 1],
      [1, 20]
    ],
    [
      [2, 3, 4],
      [1, 4, 6]
    ],
    [
      [2, 3, 12],
      [1, 3, 4, 2, 3]
    ]
  ])('%j to %j', (shape, dims) => {
    const view = map(shape);
    const other = reshaped(view, dims);
    expect(other && listed(other)).toEqual(listed(view));
  });

  test.each([
    [
      [2, 3, 4],
      [1, 24]
    ],
    [
      [2, 3, 4],
      [1, 12, 2]
    ],
    [
      [2, 3, 4],
      [1, 8, 3]
    ]
  ])('%j to %j is refused', (shape, dims) => {
    expect(reshaped(map(shape), dims)).toBeNull();
  });
});

test('rows of a detector: channels split, turned and joined are in order', () => {
  // torchvision: [1, 2 · 5, h, w] as [1, 2, 5, h, w], then [1, h, w, 2, 5], then [1, h · w · 2, 5].
  const split = reshaped(map([3, 4, 10]), [1, 2, 5, 3, 4]);
  const rows = split && reshaped(transposed(split, [0, 3, 4, 1, 2]), [1, 24, 5]);
  expect(rows && isInOrder(rows)).toBe(true);
});

test('a vector is a map of one pixel again', () => {
  const vector = inOrder({ name: 'gates', shape: [6] });
  const view = reshaped(vector, [1, 6, 1, 1]);
  expect(view && asChannelsFirst(view)).toEqual([1, 1, 6]);
  expect(asChannelsFirst(inOrder({ name: 'map', shape: [2, 2, 6] }))).toBeNull();
});
