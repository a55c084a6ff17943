/** @file `bneck export --int8 --fine-tune`: what training for 8 bits says, and what it needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { smallNetworks } from '../support/small-networks';
import { writeBands } from './bands';
import { lastLine, openFolder } from './program';

const { folder, file, bneck } = openFolder();
const int8 = ['--format', 'tflite', '--int8', '--calibration-pictures', '8'] as const;

beforeAll(() => {
  writeBands(join(folder, 'bands'), 120);
  file('tiny.json', JSON.stringify(smallNetworks[0]));
  const ended = bneck(
    'train',
    'tiny.json',
    '--data',
    'bands',
    '--batch',
    '16',
    '--epochs',
    '2',
    '--out',
    'tiny.safetensors'
  );
  expect(ended.status).toBe(0);
});

test('prints the accuracy before and after, and writes a file that passes its proof', () => {
  const words = ['--data', 'bands', '--fine-tune', '2', '--verify', '--pictures', '12', '--out', 'tuned.tflite'];
  const ended = bneck('export', 'tiny.safetensors', ...int8, ...words);
  expect(ended.error).toBe('');
  expect(ended.status).toBe(0);
  expect(ended.out).toMatch(
    /on for 8 bits, 2× the training pictures in \d+ s.*accuracy \d+\.\d % in 8 bits.* % in floats/
  );
  expect(ended.out).toContain('checked in LiteRT.js');
  expect(readFileSync(join(folder, 'tuned.tflite')).length).toBeGreaterThan(1000);
});

test('--json carries the figures; one epoch where nobody says how many', () => {
  const words = ['--data', 'bands', '--fine-tune', '--json', '--out', 'told.tflite'];
  const told = JSON.parse(bneck('export', 'tiny.safetensors', ...int8, ...words).out) as {
    readonly int8: { readonly tuned: { readonly epochs: number; readonly before: number; readonly after: number } };
  };
  expect(told.int8.tuned).toMatchObject({ epochs: 1, stopped: false, failed: null });
  expect(told.int8.tuned.after).toBeGreaterThanOrEqual(told.int8.tuned.before);
});

test.each<readonly [words: readonly string[], said: string]>([
  [['tiny.json', ...int8, '--data', 'bands', '--fine-tune'], 'nobody has trained these'],
  [['tiny.safetensors', ...int8, '--fine-tune'], 'those of Fashion-MNIST'],
  [['tiny.safetensors', '--format', 'tflite', '--fine-tune'], '--fine-tune belongs to --int8'],
  [['tiny.safetensors', ...int8, '--fine-tune', '0'], '--fine-tune']
])('%j is refused', (words, said) => {
  const ended = bneck('export', ...words);
  expect(lastLine(ended)).toContain(said);
  expect(ended.status).toBe(2);
});
