import { expect, test } from 'vitest';
import { presetById } from '../arch/presets/catalogue';
import { usualInt8 } from '../export/choice';
import { beginImpacts, closeImpacts, foldImpacts, withWorst } from './impacts-run';

const { arch } = presetById('v3-small')!;
const begun = beginImpacts({ arch, tensors: null, data: null, choice: usualInt8, ranges: {} });
const layer = (id: string, noise: number, done: number) =>
  ({ kind: 'layer', impact: { id, noise, snrDb: -10 * Math.log10(noise) }, done, total: 3 }) as const;

test('layers are ranked while they come in, by their share of the noise of those asked', () => {
  const one = foldImpacts(begun, layer('stem', 0.01, 1));
  expect(one.ranked.map(({ id, share }) => [id, share])).toEqual([['stem', 1]]);
  const two = foldImpacts(one, layer('row01.project', 0.03, 2));
  expect(two.ranked.map(({ id, share }) => [id, share])).toEqual([
    ['row01.project', 0.75],
    ['stem', 0.25]
  ]);
  expect([two.stage, two.done, two.total]).toEqual(['asking', 2, 3]);
});

test('a layer without noise is no layer that hurts', () => {
  const silent = { id: 'row01.add', noise: 0, snrDb: null };
  expect(closeImpacts(begun, [silent]).ranked).toEqual([]);
  expect(closeImpacts(begun, null)).toBe(begun);
});

test('correcting biases comes first where it was asked for', () => {
  const corrects = beginImpacts({
    arch,
    tensors: null,
    data: null,
    choice: { ...usualInt8, correctBias: true },
    ranges: {}
  });
  expect(corrects.stage).toBe('correcting');
  expect(foldImpacts(corrects, { kind: 'correcting', done: 4, total: 9 })).toMatchObject({ done: 4, total: 9 });
});

test('the worst join those that were chosen, each once', () => {
  const { ranked } = closeImpacts(begun, [
    { id: 'a', noise: 1, snrDb: 0 },
    { id: 'b', noise: 3, snrDb: 0 },
    { id: 'c', noise: 2, snrDb: 0 }
  ]);
  expect(withWorst(['a', 'b'], ranked, 2)).toEqual(['a', 'b', 'c']);
});
