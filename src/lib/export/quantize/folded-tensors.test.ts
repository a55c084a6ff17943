import { expect, test } from 'vitest';
import { livelyTensors, smallNetworks } from '../../../../test/support/small-networks';
import { foldedTensors, unfoldedTensors } from './folded-tensors';

test.each(smallNetworks)('$name: norms that change nothing fold back to the same numbers, bit by bit', (arch) => {
  const tensors = livelyTensors(arch, 3);
  const folded = foldedTensors(arch, tensors);
  expect(Object.keys(folded).some((name) => /gamma|mean/.test(name))).toBe(false);
  const unfolded = unfoldedTensors(arch, folded);
  expect(Object.keys(unfolded).toSorted()).toEqual(Object.keys(tensors).toSorted());
  for (const [name, { shape }] of Object.entries(tensors)) expect(unfolded[name]?.shape, name).toEqual(shape);
  expect(foldedTensors(arch, unfolded)).toEqual(folded);
});

test.each([1e-5, 1e-3, 0.01, 0.3])('at epsilon %f, too', (epsilon) => {
  const [plain] = smallNetworks;
  const arch = { ...plain!, norm: { epsilon, momentum: 0.9 } };
  const folded = foldedTensors(arch, livelyTensors(arch, 4));
  expect(foldedTensors(arch, unfoldedTensors(arch, folded))).toEqual(folded);
});
