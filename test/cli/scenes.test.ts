/** @file `bneck train` and `bneck eval` on garment scenes: masks and boxes are learned, kept with their figure, and scored again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { readCheckpoint } from '$lib/weights/safetensors';
import { detector, segmenter } from '../support/dense-networks';
import { smallNetworks } from '../support/small-networks';
import { lastLine, openFolder } from './program';

const { folder, file, bneck } = openFolder();

const SIZE = 32;
file('masks.json', JSON.stringify(segmenter(SIZE)));
file('boxes.json', JSON.stringify(detector(SIZE)));
file('classes.json', JSON.stringify(smallNetworks[0]));
const scenes = ['--data', 'garment-scenes'];

interface Scored {
  readonly report: {
    readonly metric: string;
    readonly value: number;
    readonly count: number;
    readonly perClass: readonly { readonly name: string; readonly value: number | null }[];
  };
  readonly checked: { readonly worst: number };
  readonly from: Checkpoint['from'];
}

const garments = ['Trouser', 'Sneaker', 'Bag'];

test.each([
  {
    of: 'masks',
    metric: 'mIoU',
    names: ['background', ...garments],
    least: 0.5,
    line: /% of pixels right.* mIoU [\d.]+ %/
  },
  { of: 'boxes', metric: 'AP@0.5', names: garments, least: 0.4, line: /% of matched boxes right.* AP@0\.5 [\d.]+ %/ }
])(
  '$of are learned in one epoch, judged by $metric, and scored the same again',
  ({ of, metric, names, least, line }) => {
    const words = ['--engine', 'simd', '--workers', '1', '--batch', '16', '--optimizer', 'adamw', '--rate', '0.01'];
    const kept = `${of}.safetensors`;
    const trained = bneck('train', `${of}.json`, ...scenes, ...words, '--epochs', '1', '--out', kept);
    expect(trained.status).toBe(0);
    expect(trained.out).toMatch(line);
    expect(trained.out).toContain('Checked with TensorFlow.js');
    expect(trained.out).toContain('Worst scenes');

    const read = readCheckpoint(new Uint8Array(readFileSync(join(folder, kept))));
    if (read.kind === 'bad') throw new Error(read.issues.map(({ message }) => message).join('; '));
    const { from } = read.checkpoint;
    expect(from).toMatchObject({ dataset: 'garment-scenes', epochs: 1, metric });
    expect(from.validationAccuracy).toBeGreaterThan(least);
    expect(from.checked?.worst).toBeLessThan(1e-4);

    const { out, status } = bneck('eval', kept, ...scenes, '--split', 'validation', '--json');
    expect(status).toBe(0);
    const scored = JSON.parse(out) as Scored;
    expect(scored.report).toMatchObject({ metric, count: 200 });
    expect(scored.report.value).toBeCloseTo(from.validationAccuracy ?? NaN, 6);
    expect(scored.report.perClass.map(({ name }) => name)).toEqual(names);
    expect(scored.checked.worst).toBeLessThan(1e-4);
    expect(scored.from).toEqual(from);

    const told = bneck('eval', kept, ...scenes);
    expect(told.out).toMatch(new RegExp(`^test, 200 scenes: ${metric} `));
    expect(told.out).toMatch(/^Sneaker +\d+ +[\d.]+$/m);
  }
);

test.each([
  [
    ['train', 'classes.json', ...scenes, '--input', '32x32x1'],
    'learns one class a picture; the pictures of Garment scenes'
  ],
  [['train', 'masks.json'], 'ends in LR-ASPP, which learns masks; the pictures of Fashion-MNIST'],
  [['train', 'v3-small', '--head', 'features'], 'choose the classifier, LR-ASPP or SSDLite head to train it'],
  [['train', 'masks.json', ...scenes, '--crop', '2'], 'crop and cutout must be 0, got 2 and 0'],
  [['train', 'masks.json', ...scenes, '--teacher', 'masks.safetensors'], 'train without a teacher'],
  [['eval', 'masks.safetensors'], 'which learns masks; the pictures of Fashion-MNIST'],
  [['search', '--base', 'v3-small', ...scenes], 'which search and pruning do not learn from']
])('%j is refused with exit code 2 and one line', (words, message) => {
  const ended = bneck(...words);
  expect(ended.status).toBe(2);
  expect(lastLine(ended)).toContain(message);
  expect(ended.error).not.toMatch(/\n {4}at /);
});
