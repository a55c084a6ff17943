/** @file Masks and boxes on larger scenes of up to three garments, trained for longer than a unit test may take. */
import { beforeAll, expect, test } from 'vitest';
import type { SceneSet } from '../../src/lib/data/dataset';
import { composeScenes } from '../../src/lib/data/garment-scenes';
import { train } from '../../src/lib/engine/train';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { bundledPictures } from '../support/bundled-pictures';
import { decoder, detector, sceneRecipe, segmenter } from '../support/dense-networks';
import { coreOfTests } from '../support/simd-core';

const SIZE = 64;

let scenes: SceneSet;
beforeAll(async () => {
  scenes = await composeScenes(await bundledPictures(), [SIZE, SIZE, 1]);
});

test.each([
  { arch: segmenter(SIZE), least: 0.65 },
  { arch: decoder(SIZE), least: 0.6 },
  { arch: detector(SIZE), least: 0.7 }
])('$arch.name', async ({ arch, least }) => {
  const recipe = sceneRecipe(6);
  const network = createSimdNetwork(await coreOfTests(), arch, initTensors(lower(arch), 1), recipe.batchSize);
  let score = 0;
  for await (const event of train(network, scenes, recipe, { clock: () => performance.now() })) {
    if (event.kind === 'epoch') score = event.validationAccuracy;
  }
  console.log(`${arch.name}: ${score.toFixed(3)} after ${recipe.epochs} epochs`);
  expect(score).toBeGreaterThan(least);
  network.dispose();
});
