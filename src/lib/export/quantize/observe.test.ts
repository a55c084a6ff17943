import { expect, test } from 'vitest';
import { Observer, rangesOf } from './observe';

const floats = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

test('the extremes of every value over all pictures, without rounding', () => {
  const observer = new Observer();
  observer.see('', floats(-0.3, 1));
  observer.see('conv', floats(0, 2));
  observer.see('conv', floats(-7.1, 1));
  const ranges = rangesOf(observer.read(), { kind: 'minMax' });
  expect([...ranges]).toEqual([
    ['', [Math.fround(-0.3), 1]],
    ['conv', [Math.fround(-7.1), 2]]
  ]);
});

test('a percentile leaves outliers out and is never wider than what was seen', () => {
  const observer = new Observer();
  observer.see(
    'conv',
    Float32Array.from({ length: 10_000 }, (_, i) => (i === 0 ? 1000 : (i % 100) / 100))
  );
  const seen = observer.read();
  const [low, high] = rangesOf(seen, { kind: 'percentile', percent: 99.9 }).get('conv') ?? [];
  expect(low).toBe(0);
  expect(high).toBeGreaterThan(0.9);
  expect(high).toBeLessThan(2);
  expect(rangesOf(seen, { kind: 'percentile', percent: 100 }).get('conv')).toEqual([0, 1000]);
});

test.each([NaN, Infinity, -Infinity])('%s is refused with the name of the value', (bad) => {
  expect(() => new Observer().see('row02.expand', floats(1, bad))).toThrow(/row02\.expand/);
});
