/** @file A network that can learn learns 64 pictures by heart: real ones, through the training everybody uses. */
import { expect, test } from 'vitest';
import { evaluate } from '../../src/lib/engine/evaluate';
import { defaultRecipe } from '../../src/lib/engine/recipe';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { train } from '../../src/lib/engine/train';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { networkS } from '../bench/networks';
import { bundledPictures, firstOf } from '../support/bundled-pictures';
import { coreOfTests } from '../support/simd-core';

test('64 bundled pictures are learned to 100 %, in training and in inference mode', async () => {
  const dataset = firstOf(await bundledPictures(), { train: 64, validation: 16 });
  expect(new Set(dataset.splits.train.labels).size).toBe(10);
  const network = createSimdNetwork(await coreOfTests(), networkS, initTensors(lower(networkS), 1), 64);
  const recipe = defaultRecipe({ epochs: 120, batchSize: 32, weightDecay: 0 });
  const accuracies: number[] = [];
  for await (const event of train(network, dataset, recipe, { clock: () => performance.now() })) {
    if (event.kind === 'epoch') accuracies.push(event.trainAccuracy);
  }
  const seen = await evaluate(network, 'train', dataset, { batchSize: 64 });
  network.dispose();
  expect(accuracies.length).toBe(120);
  expect(accuracies[0]).toBeLessThan(0.5);
  expect(accuracies.at(-1)).toBe(1);
  expect(seen.value).toBe(1);
}, 60_000);
