/** @file 8 bits at length: every network of the exports, many more drawn kernels, trained masks and boxes, a network trained anew. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { Dataset, SceneSet } from '../../src/lib/data/dataset';
import { composeScenes } from '../../src/lib/data/garment-scenes';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { train } from '../../src/lib/engine/train';
import { correctBiases } from '../../src/lib/export/quantize/bias';
import { layerImpacts, type LayerImpact } from '../../src/lib/export/quantize/layer-impact';
import type { Quantized } from '../../src/lib/export/quantize/quantize';
import type { LiteGraph } from '../../src/lib/export/tflite/lite-graph';
import type { LiteOptions } from '../../src/lib/export/tflite/tflite';
import { lower } from '../../src/lib/ops/lower';
import { openJudge } from '../../src/lib/task/judge';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { initTensors } from '../../src/lib/weights/init';
import { bundledPictures } from '../support/bundled-pictures';
import { decoder, detector, sceneRecipe, segmenter } from '../support/dense-networks';
import { answered, exportCases } from '../support/export-networks';
import { answerOf, inEightBits, picturesOf, priceOf, printed } from '../support/judged-network';
import { drawCase, gapOf, nodeDraws, storedGap } from '../support/quantize-cases';
import { ended, layersIn, openerFor, quantizedNetwork } from '../support/quantized-networks';
import { coreOfTests } from '../support/simd-core';
import { lopsided } from '../support/lopsided';
import { trainAnew, trainedTable, trainedTensors } from '../support/trained-network';
import { exportTuned, writtenIn } from '../support/tuned-export';

test.each(Object.entries(nodeDraws))('%s: 0 LSB in 300 drawings', async (_, draw) => {
  for (let seed = 1000; seed < 1300; seed++)
    expect([seed, (await gapOf(drawCase(draw, seed))).most]).toEqual([seed, 0]);
});

test.each(exportCases(60))('$name: 0 LSB', async (one) => {
  const network = await answered(one);
  const { quantized } = await quantizedNetwork(network, [network]);
  const image = network.images.slice(0, network.images.length / network.count);
  expect((await storedGap(quantized, image)).most).toBe(0);
});

describe('masks and boxes', () => {
  const SIZE = 64;
  const float32: LiteOptions = { kind: 'float', weights: 'float32' };
  let scenes: SceneSet;
  beforeAll(async () => {
    scenes = await composeScenes(await bundledPictures(), [SIZE, SIZE, 1]);
  });

  async function trained(arch: Architecture, dataset: Dataset): Promise<Tensors> {
    const recipe = sceneRecipe(6);
    const network = createSimdNetwork(await coreOfTests(), arch, initTensors(lower(arch), 1), recipe.batchSize);
    for await (const event of train(network, dataset, recipe, { clock: () => performance.now() }))
      if (event.kind === 'failed') throw new Error(event.reason);
    const tensors = await network.read();
    network.dispose();
    return tensors;
  }

  test.each([segmenter(SIZE), decoder(SIZE), detector(SIZE)])('$name lose at most two points', async (arch) => {
    const tensors = await trained(arch, scenes);
    const pictures = picturesOf(scenes, 'validation', 200);
    const calibration = picturesOf(scenes, 'train', 32);
    const { masks, boxes } = scenes.splits.validation;
    const scoreOf = async (file: readonly [LiteGraph, LiteOptions]): Promise<number> => {
      const judge = openJudge(arch);
      const truth = { count: 200, labels: masks.subarray(0, 200 * SIZE * SIZE), boxes: boxes.slice(0, 200) };
      judge.add(await answerOf(file, pictures, openerFor(arch)), truth);
      return 100 * judge.value();
    };
    const { float, quantized } = await quantizedNetwork({ arch, tensors }, [calibration]);
    const inFloats = await scoreOf([float, float32]);
    const scores: number[] = [];
    const print = async (name: string, one: Quantized): Promise<void> => {
      scores.push(await scoreOf(inEightBits(one)));
      process.stdout.write(`${arch.name}, ${name}: ${scores.at(-1)?.toFixed(2)}, in floats ${inFloats.toFixed(2)}\n`);
    };
    await print('min/max', quantized);
    await print('biases corrected', await ended(correctBiases(quantized, [calibration], openerFor(arch))));
    const last = layersIn(arch).at(-1) ?? '';
    await print(
      `${last} in floats`,
      (await quantizedNetwork({ arch, tensors }, [calibration], { keep: [last] })).quantized
    );
    expect(Math.min(...scores)).toBeGreaterThan(inFloats - 2);
  });
});

test('a V3-Small trained anew loses at most one point on 2,000 pictures', async () => {
  const dataset = await bundledPictures();
  const { arch, tensors, accuracy } = await trainAnew(dataset, 6);
  expect(accuracy).toBeGreaterThan(0.85);
  const open = openerFor(arch);
  const calibration = picturesOf(dataset, 'train', 64);
  const pictures = picturesOf(dataset, 'validation', 2000);
  const { labels } = dataset.splits.validation;
  const { float, quantized } = await quantizedNetwork({ arch, tensors }, [calibration]);
  const wanted = await answerOf([float, { kind: 'float', weights: 'float32' }], pictures, open);
  const price = async (name: string, one: Quantized): Promise<number> => {
    const found = priceOf(await answerOf(inEightBits(one), pictures, open), { wanted, labels, classes: 10 });
    process.stdout.write(printed(name, found));
    return found.accuracy;
  };
  const least = 100 * accuracy - 1;
  expect(await price('min/max', quantized)).toBeGreaterThan(least);
  const corrected = await ended(correctBiases(quantized, [calibration], open));
  expect(await price('min/max, biases corrected', corrected)).toBeGreaterThan(least);
  for (const percent of [99.9, 99.99, 99.999]) {
    const method = { kind: 'percentile', percent } as const;
    const { quantized: cut } = await quantizedNetwork({ arch, tensors }, [calibration], { method });
    expect(await price(`${percent} %`, cut)).toBeGreaterThan(least);
  }
  const layers = layersIn(arch);
  const impacts: LayerImpact[] = [];
  const batches = [picturesOf(dataset, 'train', 32)];
  for await (const impact of layerImpacts({ float, quantized, layers }, { ids: layers, batches }, open))
    impacts.push(impact);
  const worst = impacts.toSorted((a, b) => b.noise - a.noise).slice(0, 5);
  process.stdout.write(`hurt most: ${worst.map(({ id, snrDb }) => `${id} ${snrDb?.toFixed(1)} dB`).join(', ')}\n`);
});

test('channels so unequal that 8 bits lose more than a point: training on brings that down to a point at most', async () => {
  const dataset = await bundledPictures();
  const arch = trainedTable();
  const tensors = lopsided(arch, trainedTensors(), 8);
  const { end } = await exportTuned({ arch, tensors, dataset, pictures: 2000 });
  const { notes, proof, int8 } = writtenIn(end);
  process.stdout.write(`${notes.join('\n')}\n`);
  const { floats, before, after } = int8!.tuned!;
  expect(floats - before).toBeGreaterThan(0.01);
  expect(floats - after).toBeLessThanOrEqual(0.01);
  // The file itself, in LiteRT, beside what the engine said of it.
  expect(Math.abs(proof!.accuracy!.file - after)).toBeLessThan(0.005);
  expect(floats - proof!.accuracy!.file).toBeLessThanOrEqual(0.01);
});
