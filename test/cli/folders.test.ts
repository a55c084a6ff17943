/** @file `bneck train` and `bneck eval` read a folder or a ZIP of pictures at the size and in the channels of the network, and tell its classes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import type { ClassCount } from '$lib/data/class-counts';
import type { Unreadable } from '$lib/data/folder';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { smallNetworks } from '../support/small-networks';
import { openFolder } from './program';

const { folder, file, bneck } = openFolder();

const square = (value: number): Uint8Array =>
  encode({ width: 20, height: 20, channels: 3, data: Uint8Array.from({ length: 1200 }, (_, i) => value + (i % 7)) });
const pictures = Object.fromEntries(
  Array.from({ length: 24 }, (_, i) => [`${i % 2 ? 'dark' : 'bright'}/${i}.png`, square(i % 2 ? 10 : 200)])
);
for (const [path, bytes] of Object.entries({ ...pictures, 'dark/torn.png': square(3).slice(0, 50) })) {
  mkdirSync(dirname(join(folder, 'good', path)), { recursive: true });
  writeFileSync(join(folder, 'good', path), bytes);
}
file('good.zip', zipSync(pictures));
// Its input is 13 by 11 pixels, grey.
file('grey.json', JSON.stringify(smallNetworks[1]));

interface TrainJson {
  readonly arch: Checkpoint['arch'];
  readonly pictures?: { readonly counts: readonly ClassCount[]; readonly unreadable: readonly Unreadable[] };
}
const quick = ['--epochs', '1', '--batch', '8', '--engine', 'simd', '--json'];
const counts = [
  { name: 'bright', train: 8, validation: 2, test: 2 },
  { name: 'dark', train: 8, validation: 2, test: 2 }
];

test('--input says the size of a folder’s pictures; classes and unreadable files are told', () => {
  const { out, error, status } = bneck(
    'train',
    'v3-small',
    '--width',
    '0.35',
    '--input',
    '32',
    '--data',
    'good',
    ...quick
  );
  expect(status, error).toBe(0);
  const { arch, pictures: told } = JSON.parse(out) as TrainJson;
  expect(arch.input).toEqual([32, 32, 3]);
  expect(told?.counts).toEqual(counts);
  expect(told?.unreadable).toMatchObject([{ path: 'dark/torn.png' }]);
  expect(error).toContain(
    'Pictures of each class to train on + to check on + to test on: bright 8 + 2 + 2, dark 8 + 2 + 2\n'
  );
  expect(error).toContain('not read: dark/torn.png: ');
});

test('a preset alone takes small squares of its own channels', () => {
  const { out, error } = bneck('train', 'v3-small', '--width', '0.35', '--data', 'good', ...quick);
  expect((JSON.parse(out) as TrainJson).arch.input, error).toEqual([64, 64, 3]);
});

test('a grey network trains on and is judged by a folder and a ZIP of colour pictures', () => {
  const trained = bneck('train', 'grey.json', '--data', 'good.zip', '--out', 'grey.safetensors', ...quick);
  expect(trained.status, trained.error).toBe(0);
  expect((JSON.parse(trained.out) as TrainJson).arch.input).toEqual([13, 11, 1]);
  expect(readFileSync(join(folder, 'grey.safetensors')).length).toBeGreaterThan(1000);
  for (const data of ['good', 'good.zip']) {
    const judged = bneck('eval', 'grey.safetensors', '--data', data, '--engine', 'simd', '--json');
    expect(judged.status, judged.error).toBe(0);
    const { report } = JSON.parse(judged.out) as { report: { count: number; confusion: number[][] } };
    expect([report.count, report.confusion.map((row) => row.reduce((a, b) => a + b, 0))]).toEqual([4, [2, 2]]);
  }
});
