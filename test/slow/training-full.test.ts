/** @file All of Fashion-MNIST, as npm run data:fashion-full brings it: 91 % of the validation pictures. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOwnPictures } from '../../src/cli/own-pictures';
import { fitTo } from '../../src/lib/arch/fit';
import { scaleWidth } from '../../src/lib/arch/scale';
import { defaultRecipe } from '../../src/lib/engine/recipe';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { train } from '../../src/lib/engine/train';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { networkA } from '../bench/networks';
import { coreOfTests } from '../support/simd-core';

const folder = 'data/fashion-mnist';
const here = existsSync(folder);
if (!here) process.stdout.write(`skipped: ${folder} is absent, npm run data:fashion-full brings it\n`);

test.runIf(here)(
  'six bnecks at half width, six epochs',
  async () => {
    const read = await readOwnPictures(folder, [28, 28, 1]);
    if (read.kind === 'bad') throw new Error(read.message);
    const { dataset } = read;
    const { arch } = fitTo(scaleWidth(networkA, 0.5), dataset.shape, dataset.classes.length);
    const network = createSimdNetwork(await coreOfTests(), arch, initTensors(lower(arch), 1), 64);
    const augment = { flip: true, crop: 0, cutout: 0 };
    const recipe = defaultRecipe({ epochs: 6, batchSize: 64, learningRate: 0.1, augment });
    const accuracies: number[] = [];
    for await (const event of train(network, dataset, recipe, { clock: () => performance.now() })) {
      if (event.kind === 'epoch') accuracies.push(event.validationAccuracy);
    }
    network.dispose();
    const { train: pictures, validation } = dataset.splits;
    const curve = accuracies.map((share) => (100 * share).toFixed(2)).join(', ');
    process.stdout.write(`${pictures.count} pictures, validation accuracy on ${validation.count}: ${curve} %\n`);
    expect(accuracies.at(-1)).toBeGreaterThanOrEqual(0.91);
  },
  3_600_000
);
