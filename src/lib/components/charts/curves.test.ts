/** @file Tests of the training curves' geometry. */
import { expect, test } from 'vitest';
import { curveLayout, thin } from './curves';

const input = {
  width: 400,
  height: 180,
  epochs: 4,
  steps: [],
  train: [
    { at: 1, value: 0.6 },
    { at: 2, value: 0.8 }
  ],
  validation: [
    { at: 1, value: 0.61 },
    { at: 2, value: 0.81 }
  ],
  bounds: [0, 1] as const
};

test('curveLayout(input) puts the last epoch at the right edge and better accuracy higher', () => {
  const layout = curveLayout({ ...input, epochs: 2 });
  expect(layout.dots.at(-1)?.x).toBe(layout.right);
  expect(layout.dots[1]?.y).toBeLessThan(layout.dots[0]?.y ?? 0);
});

test('curveLayout(input) keeps the two end labels 14 px apart', () => {
  const { train, validation } = curveLayout(input).ends;
  expect(Math.abs((train ?? 0) - (validation ?? 0))).toBeGreaterThanOrEqual(14);
});

test('curveLayout(input) keeps the end labels of losses near 0 above the labels of the axis', () => {
  const falling = (values: readonly number[]) => values.map((value, i) => ({ at: i + 1, value }));
  const { bottom, ends } = curveLayout({
    ...input,
    train: falling([2.4, 0.01]),
    validation: falling([2.5, 0.02]),
    bounds: [0, Infinity]
  });
  const [train, validation] = [ends.train ?? NaN, ends.validation ?? NaN];
  expect(Math.max(train, validation)).toBeLessThan(bottom - 5);
  expect(train - validation).toBe(14);
});

test('curveLayout(input) draws nothing and keeps the bounds as its axis before the first epoch', () => {
  const layout = curveLayout({ ...input, train: [], validation: [] });
  expect(layout.validation).toBe('');
  expect(layout.ends).toMatchObject({ train: null, validation: null });
  expect(layout.yTicks.map((tick) => tick.value)).toContain(1);
});

test('curveLayout(input) labels whole epochs only', () => {
  const values = curveLayout({ ...input, epochs: 3 }).xTicks.map((tick) => tick.value);
  expect(values.length).toBeGreaterThan(1);
  expect(values.every((value) => Number.isInteger(value))).toBe(true);
});

test('thin(points, most) averages neighbours and keeps the mean of the whole', () => {
  const points = Array.from({ length: 1000 }, (_, at) => ({ at, value: at % 2 }));
  const few = thin(points, 100);
  expect(few).toHaveLength(100);
  expect(few.every((point) => point.value === 0.5)).toBe(true);
});

test('curveLayout(validation alone) puts its label at the end of its line', () => {
  const validation = [1, 2].map((at) => ({ at, value: at / 4 }));
  const input = { width: 480, height: 190, epochs: 2, steps: [], train: [], bounds: [0, 1] as const };
  const { ends, dots } = curveLayout({ ...input, validation });
  expect(ends).toMatchObject({ x: dots.at(-1)?.x, train: null });
});
