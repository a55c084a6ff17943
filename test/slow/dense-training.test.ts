/** @file Masks and boxes on larger scenes of up to three garments, trained for longer than a unit test may take. */
import { beforeAll, expect, test } from 'vitest';
import { lower } from '../../src/lib/ops/lower';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { plainBoxes, type Objective } from '../../src/lib/task/objective';
import { initTensors } from '../../src/lib/weights/init';
import { garmentsOf, scenesOf, type Scenes } from '../support/composites';
import { boxScore, decoder, detector, learnScenes, maskScore, segmenter } from '../support/dense-networks';
import { coreOfTests } from '../support/simd-core';

const SIZE = 64;
const BATCH = 16;
const pixels: Objective = { kind: 'pixels', loss: 'crossEntropy', ignore: null };

let train: Scenes[] = [];
let validation: Scenes;
beforeAll(async () => {
  const garments = await garmentsOf('train');
  const drawn = { size: SIZE, most: 3 };
  train = Array.from({ length: 120 }, (_, seed) => scenesOf(garments, BATCH, { ...drawn, seed }));
  validation = scenesOf(await garmentsOf('validation'), 200, { ...drawn, seed: 999 });
});

test.each([
  { arch: segmenter(SIZE), objective: pixels, scoreOf: maskScore, least: 0.65 },
  { arch: decoder(SIZE), objective: pixels, scoreOf: maskScore, least: 0.6 },
  { arch: detector(SIZE), objective: plainBoxes, scoreOf: boxScore, least: 0.7 }
])('$arch.name', async ({ arch, objective, scoreOf, least }) => {
  const network = createSimdNetwork(await coreOfTests(), arch, initTensors(lower(arch), 1), BATCH);
  await learnScenes(network, train, { objective, steps: 480 });
  const score = await scoreOf(network, validation);
  console.log(`${arch.name}: ${score.toFixed(3)} after 480 steps`);
  expect(score).toBeGreaterThan(least);
  network.dispose();
});
