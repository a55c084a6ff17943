import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceAxis } from './slice';

test('sliceAxis keeps the numbers whose index along the axis is kept, in order', () => {
  const side = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(
      fc.tuple(side, side, side, side),
      fc.nat(3),
      fc.array(fc.nat(3), { maxLength: 4 }),
      (shape, axis, picks) => {
        const size = shape[axis] ?? 1;
        const kept = picks.filter((index) => index < size);
        const total = shape.reduce((a, b) => a * b, 1);
        const sliced = sliceAxis({ shape, data: Float32Array.from({ length: total }, (_, i) => i) }, axis, kept);
        expect(sliced.shape).toEqual(shape.map((s, i) => (i === axis ? kept.length : s)));
        const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
        sliced.data.forEach((value, flat) => {
          let rest = flat;
          const at = sliced.shape.map((_, i) => {
            const stride = sliced.shape.slice(i + 1).reduce((a, b) => a * b, 1);
            const index = Math.floor(rest / stride);
            rest -= index * stride;
            return i === axis ? (kept[index] ?? -1) : index;
          });
          expect(value).toBe(at.reduce((sum, index, i) => sum + index * (strides[i] ?? 0), 0));
        });
        expect(sliced.data.length).toBe((total / size) * kept.length);
      }
    )
  );
});

test('sliceAxis refuses an index or axis out of range', () => {
  const tensor = { shape: [2], data: new Float32Array(2) };
  expect(() => sliceAxis(tensor, 0, [2])).toThrow('0..1, got 2');
  expect(() => sliceAxis(tensor, 1, [0])).toThrow('below 1, got 1');
});
