/** @file `bneck train` and `bneck eval`: recipes, what is checked and remembered, Ctrl-C, and bad input in one line. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { readCheckpoint } from '$lib/weights/safetensors';
import { smallNetworks } from '../support/small-networks';
import { writeBands } from './bands';
import { lastLine, openFolder } from './program';

const { folder, file, bneck } = openFolder();
const program = fileURLToPath(new URL('../../dist/cli/bneck.js', import.meta.url));

writeBands(join(folder, 'bands'), 120);
file('tiny.json', JSON.stringify(smallNetworks[0]));
const train = ['train', 'tiny.json', '--data', 'bands', '--engine', 'simd', '--batch', '16'];

function saved(name: string): Checkpoint {
  const read = readCheckpoint(new Uint8Array(readFileSync(join(folder, name))));
  if (read.kind === 'bad') throw new Error(read.issues.map(({ message }) => message).join('; '));
  return read.checkpoint;
}

interface TrainJson {
  readonly stopped: boolean;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly trainLoss: number;
    readonly validationAccuracy: number;
  }[];
  readonly from: Checkpoint['from'];
  readonly report: { readonly accuracy: number };
}

const trained = (...words: string[]): TrainJson => JSON.parse(bneck(...train, '--json', ...words).out) as TrainJson;

describe('bneck train', () => {
  beforeAll(() => {
    expect(bneck(...train, '--epochs', '3', '--out', 'first.safetensors').status).toBe(0);
  });

  test('says the estimate, each epoch and what TensorFlow.js answered, and keeps that in the file', () => {
    const { out, status } = bneck(...train, '--epochs', '2', '--out', 'told.safetensors');
    expect(status).toBe(0);
    expect(out).toMatch(/A step takes [\d.]+ ms/);
    expect(out).toMatch(/Epoch 2: loss/);
    expect(out).toContain('Checked with TensorFlow.js (tfjs 4.22.0 wasm)');
    const { checked } = saved('told.safetensors').from;
    expect(checked?.against).toBe('tfjs 4.22.0 wasm');
    expect(checked?.worst).toBeLessThan(1e-4);
  });

  test('writes the epoch with the best validation accuracy', () => {
    const { epochs, from } = trained('--epochs', '4', '--rate', '0.3', '--out', 'best.safetensors');
    const best = Math.max(...epochs.map(({ validationAccuracy }) => validationAccuracy));
    expect(from.validationAccuracy).toBe(best);
    expect(from.epochs).toBe(epochs.find(({ validationAccuracy }) => validationAccuracy === best)?.epoch);
    expect(saved('best.safetensors').from).toEqual(from);
  });

  test('the same seed gives the same losses; every part of a recipe counts', () => {
    const losses = (...words: string[]) => trained('--epochs', '2', ...words).epochs.map(({ trainLoss }) => trainLoss);
    const plain = losses();
    expect(losses()).toEqual(plain);
    const changed = [
      ['--optimizer', 'adamw', '--schedule', 'one-cycle'],
      ['--optimizer', 'rmsprop', '--warmup', '0', '--decay', '0'],
      ['--smoothing', '0.1', '--clip', '0.5'],
      ['--flip', '--crop', '2', '--cutout', '4'],
      ['--teacher', 'first.safetensors', '--teacher-weight', '0.7'],
      ['--schedule', 'step', '--ema', '0.9']
    ].map((words) => losses(...words));
    for (const other of changed) {
      expect(other.every(Number.isFinite)).toBe(true);
      expect(other).not.toEqual(plain);
    }
  });

  test('auto times the engines and remembers, in the cache folder of the system', () => {
    const env = { XDG_CACHE_HOME: join(folder, 'cache'), LOCALAPPDATA: join(folder, 'cache') };
    Object.assign(process.env, env);
    const auto = [...train, '--engine', 'auto', '--epochs', '1'];
    const first = bneck(...auto);
    expect(first.out).toContain('trains a step in');
    expect(first.out).not.toContain('Timed on an earlier run here.');
    expect(bneck(...auto).out).toContain('Timed on an earlier run here.');
  });

  test('Ctrl-C keeps the best epoch', async () => {
    const words = [...train, '--epochs', '1000', '--json', '--out', 'stopped.safetensors'];
    const child = spawn(process.execPath, [program, ...words], { cwd: folder });
    let [out, error] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => {
      error += bytes.toString();
      if (error.includes('Epoch 3:') && !error.includes('stopping')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    expect(error).toContain('stopping after this step');
    const { stopped, epochs, from } = JSON.parse(out) as TrainJson;
    expect(stopped).toBe(true);
    expect(epochs.length).toBeGreaterThanOrEqual(3);
    expect(epochs.length).toBeLessThan(1000);
    expect(from.validationAccuracy).toBe(Math.max(...epochs.map(({ validationAccuracy }) => validationAccuracy)));
    expect(saved('stopped.safetensors').from).toEqual(from);
  });
});

describe('bneck eval', () => {
  const evaluate = ['eval', 'first.safetensors', '--data', 'bands'];

  test('scores a split class by class', () => {
    const { out, status } = bneck(...evaluate, '--split', 'validation', '--json');
    expect(status).toBe(0);
    const { report, checked, from } = JSON.parse(out) as {
      report: { accuracy: number; count: number; confusion: number[][]; perClass: object[]; worst: object[] };
      checked: { worst: number };
      from: Checkpoint['from'];
    };
    expect(report.accuracy).toBe(from.validationAccuracy);
    expect(report.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(report.count);
    expect(report.perClass).toHaveLength(3);
    expect(checked.worst).toBeLessThan(1e-4);
  });

  test('prints the confusion matrix, and both engines give the same score', () => {
    const first = (engine: string) => bneck(...evaluate, '--split', 'train', '--engine', engine).out.split('\n')[0];
    const { out } = bneck(...evaluate, '--split', 'train');
    expect(out).toContain('Confusion matrix: true classes downwards');
    expect(out).toContain('checked with TensorFlow.js');
    expect(first('simd')?.split(',')[1]).toBe(first('tfjs:wasm')?.split(',')[1]);
  });
});

describe('bad input to train and eval ends with exit code 2 and one line', () => {
  test.each([
    [['train', 'tiny.json', '--optimizer', 'lion'], '--optimizer must be one of sgd, adam, adamw, rmsprop, got lion'],
    [['train', 'tiny.json', '--schedule', 'linear'], '--schedule must be one of cosine, step, one-cycle, constant'],
    [['train', 'tiny.json', '--smoothing', '1.5'], '--smoothing must be a number from 0 to 0.9, got 1.5'],
    [['train', 'tiny.json', '--ema', '1'], '--ema must be a number from 0 to 0.99999, got 1'],
    [['train', 'tiny.json', '--clip', '0'], '--clip must be a number'],
    [['train', 'tiny.json', '--crop', '2.5'], '--crop must be a whole number'],
    [['train', 'tiny.json', '--batch', '0'], '--batch must be a whole number from 1 to 1024, got 0'],
    [['train', 'tiny.json', '--workers', 'all'], '--workers must be a whole number'],
    [['train', 'tiny.json', '--schedule', 'one-cycle', '--warmup', '3'], '--warmup: one-cycle has a rise of its own'],
    [['train', 'tiny.json', '--teacher', 'none.safetensors'], 'none.safetensors'],
    [['train', 'tiny.json', '--data', 'bands', '--engine', 'tfjs:webgl'], 'tfjs webgl'],
    [['train', 'tiny.json', '--data', 'bands', '--workers', '2', '--engine', 'tfjs'], 'on the SIMD core only'],
    [['train', 'tiny.json', '--data', 'nowhere'], 'nowhere'],
    [['train', 'tiny.json', '--data', 'bands', '--out', '.'], '--out .: must be a file, it is a folder'],
    [['eval', 'tiny.json'], 'tiny.json'],
    [['eval', 'none.safetensors'], 'none.safetensors'],
    [['eval', 'first.safetensors'], 'takes pictures of 12×12×1, those of Fashion-MNIST'],
    [
      ['eval', 'first.safetensors', '--data', 'bands', '--split', 'half'],
      '--split must be one of train, validation, test'
    ],
    [['eval', 'first.safetensors', '--data', 'two'], 'knows 3 classes, two has 2']
  ])('%j', (words, message) => {
    if (!existsSync(join(folder, 'two'))) {
      writeBands(join(folder, 'two'), 40);
      const labels = join(folder, 'two', 'train-labels-idx1-ubyte');
      writeFileSync(
        labels,
        readFileSync(labels).map((value, i) => (i < 8 ? value : value % 2))
      );
    }
    const ended = bneck(...words);
    expect(ended.status).toBe(2);
    expect(lastLine(ended)).toContain(message);
    expect(ended.error).not.toMatch(/\n {4}at /);
  });
});
