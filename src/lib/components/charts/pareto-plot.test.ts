/** @file Tests of the Pareto plot's geometry. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frontOf, paretoLayout, type ParetoPoint } from './pareto-plot';

const point = (id: string, latencyMs: number, accuracy: number | null): ParetoPoint => ({
  id,
  latencyMs,
  accuracy,
  measured: true
});
const input = { width: 880, height: 500, budgetMs: 7, floorMs: 4, baseMs: 8 };

test('frontOf(points) leaves no point that another beats in time and accuracy', () => {
  const candidate = fc.record({
    latencyMs: fc.integer({ min: 1, max: 30 }),
    accuracy: fc.integer({ min: 0, max: 20 })
  });
  fc.assert(
    fc.property(fc.array(candidate, { minLength: 1 }), (made) => {
      const points = made.map(({ latencyMs, accuracy }, i) => point(String(i), latencyMs, accuracy));
      const front = frontOf(points);
      const beaten = front.filter((kept) =>
        points.some((p) => p.latencyMs <= kept.latencyMs && (p.accuracy ?? 0) > (kept.accuracy ?? 0))
      );
      expect(beaten).toEqual([]);
      expect(front.length).toBeGreaterThan(0);
    })
  );
});

test('paretoLayout(input) says which points lie beyond the budget', () => {
  const { points, split } = paretoLayout({ ...input, points: [point('a', 6, 0.7), point('b', 7.5, 0.8)] });
  expect(points.map((p) => p.tooSlow)).toEqual([false, true]);
  expect(points.map((p) => p.x > split)).toEqual([false, true]);
});

test('paretoLayout(input) stands untrained points on the time axis, off the front', () => {
  const layout = paretoLayout({ ...input, points: [point('a', 6, null), point('b', 6.5, 0.8)] });
  expect(layout.points[0]?.y).toBeGreaterThan(layout.bottom - 12);
  expect(layout.points.map((p) => p.onFront)).toEqual([false, true]);
});

test('paretoLayout(input).timeAt gives back the time of the budget line', () => {
  const layout = paretoLayout({ ...input, points: [] });
  expect(layout.timeAt(layout.split)).toBeCloseTo(7, 1);
});

test('paretoLayout(input) keeps floor, budget and base on the plot before any trial', () => {
  const layout = paretoLayout({ ...input, points: [] });
  for (const x of [layout.floor, layout.split, layout.base]) {
    expect(x).toBeGreaterThan(layout.left);
    expect(x).toBeLessThan(layout.right);
  }
});

test('frontOf(points) compares only what was trained equally far', () => {
  const point = (id: string, latencyMs: number, accuracy: number, stage: number): ParetoPoint => ({
    id,
    latencyMs,
    accuracy,
    measured: false,
    stage
  });
  const front = frontOf([point('early', 1, 0.3, 1), point('slow', 3, 0.8, 2), point('best', 2, 0.9, 2)]);
  expect(front.map(({ id }) => id)).toEqual(['best']);
});
