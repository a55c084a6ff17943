/** @file Networks that answer with masks and boxes learn scenes of bundled garments, and do well on scenes they have not seen. */
import { beforeAll, expect, test } from 'vitest';
import { bundledPictures } from '../../../test/support/bundled-pictures';
import { decoder, detector, sceneRecipe, segmenter } from '../../../test/support/dense-networks';
import { coreOfTests } from '../../../test/support/simd-core';
import type { SceneSet } from '../data/dataset';
import { composeScenes } from '../data/garment-scenes';
import { lower } from '../ops/lower';
import { initTensors } from '../weights/init';
import { evaluate } from './evaluate';
import { reportOn } from './report';
import { createSimdNetwork } from './simd/network';
import { train } from './train';

const SIZE = 48;
const options = { batchSize: 16 };

let scenes: SceneSet;
beforeAll(async () => {
  scenes = await composeScenes(await bundledPictures(), [SIZE, SIZE, 1]);
});

test.each([
  { arch: segmenter(SIZE), before: 0.25, after: 0.55, metric: 'mIoU' },
  { arch: decoder(SIZE), before: 0.25, after: 0.35, metric: 'mIoU' },
  { arch: decoder(SIZE, 'sigmoid'), before: 0.25, after: 0.35, metric: 'mIoU' },
  { arch: detector(SIZE), before: 0.1, after: 0.45, metric: 'AP@0.5' }
])(
  '$arch.name learns in an epoch, judged by $metric; its report agrees',
  async ({ arch, before, after, metric }) => {
    const network = createSimdNetwork(await coreOfTests(), arch, initTensors(lower(arch), 1), options.batchSize);
    expect((await evaluate(network, 'validation', scenes, { ...options, limit: 40 })).value).toBeLessThan(before);
    const events = [];
    for await (const event of train(network, scenes, sceneRecipe(1), { clock: () => 0 })) events.push(event);
    const [epoch] = events.filter((event) => event.kind === 'epoch');
    expect(epoch?.validationAccuracy).toBeGreaterThan(after);

    const report = await reportOn(network, 'validation', scenes, { batchSize: 7 });
    network.dispose();
    if (report.kind !== 'scenes') throw new Error('test: scenes were asked for');
    expect(report).toMatchObject({ metric, count: 200, split: 'validation' });
    expect(report.value).toBeCloseTo(epoch?.validationAccuracy ?? NaN, 9);
    expect(report.loss).toBeCloseTo(epoch?.validationLoss ?? NaN, 4);
    const figures = report.perClass.flatMap(({ value }) => (value === null ? [] : [value]));
    expect(figures.reduce((sum, value) => sum + value, 0) / figures.length).toBeCloseTo(report.value, 9);
    expect(report.worst).toHaveLength(12);
    expect(report.worst.map(({ value }) => value)).toEqual(report.worst.map(({ value }) => value).toSorted());
  },
  30_000
);
