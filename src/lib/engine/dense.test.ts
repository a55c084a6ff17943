/** @file Networks that answer with masks and boxes learn scenes of bundled garments, and do well on scenes they have not seen. */
import { beforeAll, expect, test } from 'vitest';
import { garmentsOf, scenesOf, type Scenes } from '../../../test/support/composites';
import { boxScore, decoder, detector, learnScenes, maskScore, segmenter } from '../../../test/support/dense-networks';
import { coreOfTests } from '../../../test/support/simd-core';
import type { Architecture } from '../arch/architecture';
import { lower } from '../ops/lower';
import { plainBoxes } from '../task/objective';
import { initTensors } from '../weights/init';
import { createSimdNetwork, type SimdNetwork } from './simd/network';

const SIZE = 48;
const BATCH = 16;

let train: Scenes[] = [];
let validation: Scenes;
beforeAll(async () => {
  const garments = await garmentsOf('train');
  const drawn = { size: SIZE, most: 2 };
  train = Array.from({ length: 30 }, (_, seed) => scenesOf(garments, BATCH, { ...drawn, seed }));
  validation = scenesOf(await garmentsOf('validation'), 48, { ...drawn, seed: 99 });
});

const open = async (arch: Architecture): Promise<SimdNetwork> =>
  createSimdNetwork(await coreOfTests(), arch, initTensors(lower(arch), 1), BATCH);

test.each([
  { arch: segmenter(SIZE), least: 0.55 },
  { arch: decoder(SIZE), least: 0.35 }
])(
  'a mask learns what each pixel is: $arch.name',
  async ({ arch, least }) => {
    const network = await open(arch);
    expect(await maskScore(network, validation)).toBeLessThan(0.25);
    await learnScenes(network, train, { objective: { kind: 'pixels', loss: 'crossEntropy', ignore: null }, steps: 90 });
    expect(await maskScore(network, validation)).toBeGreaterThan(least);
    network.dispose();
  },
  30_000
);

test('a detector learns what is where', async () => {
  const network = await open(detector(SIZE));
  expect(await boxScore(network, validation)).toBeLessThan(0.1);
  await learnScenes(network, train, { objective: plainBoxes, steps: 90 });
  expect(await boxScore(network, validation)).toBeGreaterThan(0.45);
  network.dispose();
}, 30_000);
