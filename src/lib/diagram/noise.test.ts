import { expect, test } from 'vitest';
import { presetById } from '../arch/presets/catalogue';
import { lower } from '../ops/lower';
import { columnsOf } from './columns';
import { columnNoises, mostNoise, noiseClass, noiseHeat } from './noise';

test.each([
  [null, 0, 0],
  [70, 0, 0],
  [40.01, 4.99, 0],
  [39.9, 5.1, 1],
  [30, 15, 2],
  [20.1, 24.9, 4],
  [19.9, 25.1, 5],
  [3, mostNoise, 5],
  [-2, mostNoise, 5]
])('%s dB is %d hot, class %d', (snrDb, heat, group) => {
  expect(noiseHeat(snrDb)).toBeCloseTo(heat, 6);
  expect(noiseClass(snrDb)).toBe(group);
});

test('a column has the ratio of its noisiest op, and none where nothing of it was compared', () => {
  const { arch } = presetById('v3-small')!;
  const columns = columnsOf(arch, lower(arch));
  const noises = columnNoises(columns, [
    { id: 'stem', snrDb: null },
    { id: 'row02.expand', snrDb: 31 },
    { id: 'row02.depthwise', snrDb: 22.5 },
    { id: 'row02.project', snrDb: 28 },
    { id: 'row03.expand', snrDb: null },
    { id: 'row03.project', snrDb: 40 }
  ]);
  expect(noises.map((noise) => noise?.snrDb).slice(0, 5)).toEqual([null, undefined, 22.5, 40, undefined]);
  expect(noises[2]?.parts.map(({ id }) => id)).toEqual(['row02.expand', 'row02.depthwise', 'row02.project']);
});
