/** @file Tests of how pixels become what a network reads. */
import { expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { normalised, pixelScale } from './pixels';

const arch = presetById('v2')?.arch ?? expect.fail();
const first = (numbers: Float32Array): number[] => [...numbers].map((value) => Number(value.toFixed(4)));

test('a file that says how it scales pixels is believed, unless another scale is asked for', () => {
  // 8-bit pictures of scale 1/128 and zero point 128.
  const network = { arch, from: null, pixels: { scale: 1 / 128, offset: -1 } };
  expect(first(normalised([0, 128, 255], 3, pixelScale(network)))).toEqual([-1, 0, 0.9922]);
  expect(first(normalised([0, 255, 255], 3, pixelScale(network, 'unit')))).toEqual([0, 1, 1]);
  expect(first(normalised([0, 255, 255], 3, pixelScale({ arch, from: null })))).toEqual([-1, 1, 1]);
});
