/** @file Tests of the report on a split: a network by formula, numbers counted by hand. */
import { expect, test } from 'vitest';
import { smallNetworks } from '../../../test/support/small-networks';
import type { ClassSet, Split } from '$lib/data/dataset';
import type { Network } from './engine';
import { reportOnClasses } from './class-report';

/** Pictures of one pixel; its value is the picture's name. */
const split: Split = {
  count: 5,
  images: Uint8Array.from([10, 20, 30, 40, 50]),
  labels: Uint8Array.from([0, 0, 1, 1, 2])
};
const none: Split = { count: 0, images: new Uint8Array(), labels: new Uint8Array() };
const dataset: ClassSet = {
  kind: 'classes',
  id: 'five',
  name: 'Five',
  shape: [1, 1, 1],
  classes: ['a', 'b', 'c'],
  sha256: '',
  mean: [0],
  std: [1 / 255],
  splits: { train: none, validation: none, test: split }
};

/** Logits by picture: right, wrong a little, right, wrong by much, wrong. */
const logits: Readonly<Record<number, readonly number[]>> = {
  10: [2, 0, 0],
  20: [0, 1, 0],
  30: [0, 3, 0],
  40: [9, 0, 0],
  50: [0, 2, 0]
};

const unused = (): Promise<never> => Promise.reject(new Error('not part of this test'));
const network: Network = {
  arch: smallNetworks[0]!,
  forward: (images, count) =>
    Promise.resolve(Float32Array.from([...images.subarray(0, count)].flatMap((x) => logits[Math.round(x)] ?? []))),
  trainStep: unused,
  outputs: unused,
  activations: unused,
  read: unused,
  readAveraged: unused,
  write: unused,
  readState: unused,
  writeState: unused,
  dispose: () => undefined
};

test('reportOnClasses(network, split) counts answers by class, whatever the batch', async () => {
  const report = await reportOnClasses(network, 'test', dataset, { batchSize: 2 });
  expect(report).toMatchObject({ split: 'test', count: 5, accuracy: 2 / 5, top5: null });
  expect(report.confusion).toEqual([
    [1, 1, 0],
    [1, 1, 0],
    [0, 1, 0]
  ]);
  expect(report.perClass).toEqual([
    { name: 'a', count: 2, recall: 1 / 2, precision: 1 / 2 },
    { name: 'b', count: 2, recall: 1 / 2, precision: 1 / 3 },
    { name: 'c', count: 1, recall: 0, precision: null }
  ]);
  expect(await reportOnClasses(network, 'test', dataset, { batchSize: 5 })).toEqual(report);
});

test('reportOnClasses(network, split) shows the most confident mistakes first, with their pictures', async () => {
  const { worst, loss } = await reportOnClasses(network, 'test', dataset, { batchSize: 2 });
  expect(worst.map(({ picture, truth, predicted, pixels }) => [picture, truth, predicted, ...pixels])).toEqual([
    [3, 1, 0, 40],
    [4, 2, 1, 50],
    [1, 0, 1, 20]
  ]);
  expect(worst[2]?.probability).toBeCloseTo(Math.E / (Math.E + 2), 6);
  expect(worst[2]?.truthProbability).toBeCloseTo(1 / (Math.E + 2), 6);
  const crossEntropy = ([right, ...all]: number[]): number =>
    Math.log(all.reduce((s, x) => s + Math.exp(x), 0)) - right!;
  const rows = [
    [2, 2, 0, 0],
    [0, 0, 1, 0],
    [3, 0, 3, 0],
    [0, 9, 0, 0],
    [0, 0, 2, 0]
  ];
  expect(loss).toBeCloseTo(rows.reduce((sum, row) => sum + crossEntropy(row), 0) / 5, 5);
});

test('reportOnClasses(network, split) refuses an empty split', async () => {
  await expect(reportOnClasses(network, 'train', dataset, { batchSize: 2 })).rejects.toThrow('split train');
});
