/** @file Which values are dropped. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { classifier } from '$lib/arch/presets/rows';
import { dropoutMask, dropoutOf } from './dropout';

test('the same seed drops the same values, another does not; none are dropped without a seed', () => {
  expect(dropoutMask(64, 0.5, 3)).toEqual(dropoutMask(64, 0.5, 3));
  expect(dropoutMask(64, 0.5, 3)).not.toEqual(dropoutMask(64, 0.5, 4));
  expect(new Set(dropoutMask(64, 0.5, undefined))).toEqual(new Set([1]));
});

test('the share is that asked for and the mean stays', () => {
  const mask = dropoutMask(20000, 0.2, 1);
  expect(new Set(mask)).toEqual(new Set([0, 1.25]));
  expect(mask.filter((value) => value === 0).length / 20000).toBeCloseTo(0.2, 2);
});

test('a classifier that drops nothing, and a head that cannot, have no dropout', () => {
  const arch = { ...mobileNetV3Small, head: classifier(null, null, 0.3) };
  expect(dropoutOf(arch)).toEqual({ id: 'head.logits', rate: 0.3 });
  expect(dropoutOf({ ...arch, head: classifier(null, null) })).toBeNull();
  expect(dropoutOf({ ...arch, head: { kind: 'features', outIndices: [0] } })).toBeNull();
});
