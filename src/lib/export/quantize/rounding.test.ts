import { describe, expect, test } from 'vitest';
import { activationScale } from './activations';
import { dequantized, quantizedFloats, requantized, roundEven, storedRange, wholeRange } from './rounding';

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [-1.5, -2],
  [-2.5, -2],
  [2.4999, 2],
  [-3.7, -4],
  [1e9 + 0.5, 1e9]
])('roundEven(%d) is %d', (value, rounded) => expect(roundEven(value) + 0).toBe(rounded));

describe('a grid', () => {
  test.each([
    [[-1, 1], 2 / 255, -1],
    [[0, 6], 6 / 255, -128],
    [[2, 6], 6 / 255, -128],
    [[-6, -2], 6 / 255, 127],
    [[0, 0], 1 / 255, -128],
    [[0, 1e-12], 1 / 255, -128]
  ] as const)('of %j has 0 on it', (range, scale, zeroPoint) => {
    expect(activationScale(range)).toEqual({ scale: Math.fround(scale), zeroPoint });
  });

  test('brings its own numbers back', () => {
    const grid = activationScale([-0.7, 3.1]);
    const all = Int8Array.from({ length: 256 }, (_, i) => i - 128);
    expect(quantizedFloats(dequantized(all, grid), grid)).toEqual(all);
  });

  test('takes what lies outside to its ends', () => {
    const grid = activationScale([-1, 1]);
    expect([...quantizedFloats(Float32Array.of(-9, 9), grid)]).toEqual([-128, 127]);
  });

  test('bounds relu and relu6 where they lie on it', () => {
    const grid = activationScale([-1, 11.75]);
    expect(storedRange('linear', grid)).toEqual(wholeRange);
    expect(storedRange('relu', grid)).toEqual([-108, 127]);
    expect(storedRange('relu6', grid)).toEqual([-108, 12]);
  });
});

test('requantized multiplies each filter by its own factor', () => {
  const target = { zeroPoint: 1, range: wholeRange };
  const found = requantized(Float64Array.of(10, 10, -7, 1000), Float32Array.of(0.25, 1), target);
  expect([...found]).toEqual([3, 11, -1, 127]);
});
