/** @file `bneck export`, `import` and `verify`: files that other programs read, proved and read back. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastLine, openFolder } from './program';

const { folder, file, bneck } = openFolder();
const small = ['v3-small', '--width', '0.35', '--input', '64', '--classes', '10', '--weights', 'golden:7'] as const;
const at = (name: string): string => join(folder, name);

describe('a file and its proof', () => {
  test.each([
    ['onnx', 'checked in onnxruntime-web 1.30.0'],
    ['tflite', 'checked in LiteRT.js 2.5.3']
  ])('%s is run beside the network', (format, words) => {
    const ended = bneck('export', ...small, '--format', format, '--verify', '--pictures', '4', '--out', `a.${format}`);
    expect(ended.error).toBe('');
    expect(ended.status).toBe(0);
    expect(ended.out).toContain(words);
    expect(ended.out).toContain('top-1 agreement 100.0 %');
    expect(ended.out).toContain('28×28×1 made 64×64×3');
  });

  test('--json carries the proof and what makes it repeatable', () => {
    const words = ['--format', 'onnx', '--verify', '--pictures', '2', '--json', '--out', 'j.onnx'];
    const told = JSON.parse(bneck('export', ...small, ...words).out) as {
      readonly command: string;
      readonly files: readonly string[];
      readonly proof: { readonly passed: boolean; readonly maxDifference: number; readonly pictures: number };
    };
    expect(told.files).toEqual(['j.onnx']);
    expect(told.proof).toMatchObject({ passed: true, pictures: 2 });
    expect(told.proof.maxDifference).toBeGreaterThan(0);
    expect(told.command).toContain('--format onnx');
  });
});

describe('8 bits throughout', () => {
  test('are told from pictures and set beside the floats', () => {
    const words = ['--format', 'tflite', '--int8', '--calibration-pictures', '8', '--verify', '--pictures', '8'];
    const ended = bneck('export', ...small, ...words, '--keep-float', 'stem', '--io', 'uint8', '--out', 'q.tflite');
    expect(ended.error).toBe('');
    expect(ended.out).toContain('ranges told from pictures: 8 validation pictures');
    expect(ended.out).toContain('LiteRT.js itself reads no uint8 pictures');
    expect(ended.out).toMatch(/99\.\d % of the weights in 8 bits/);
    expect(ended.out).toMatch(/signal to noise \d\d\.\d dB/);
    expect(ended.out).toContain('noisiest layers');
    expect(readFileSync(at('q.tflite')).length).toBeLessThan(readFileSync(at('a.tflite')).length / 2.2);
  });

  test.each<readonly [words: readonly string[], said: string]>([
    [['--format', 'onnx', '--int8'], '--int8 belongs to tflite, not to onnx'],
    [['--format', 'tflite', '--int8', '--precision', 'float16'], 'exclude each other'],
    [['--format', 'tflite', '--int8', '--keep-float', 'row99.expand'], 'row99.expand']
  ])('%j is refused', (words, said) => {
    const ended = bneck('export', ...small, ...words);
    expect(ended.error).toContain(said);
    expect(ended.status).toBe(2);
  });
});

describe('back again', () => {
  beforeAll(() => {
    bneck('export', ...small, '--format', 'onnx', '--out', 'b.onnx');
    bneck('export', ...small, '--format', 'tflite', '--out', 'b.tflite');
  });

  test.each(['b.onnx', 'b.tflite'])('%s comes back as a table with weights that verify it', (name) => {
    const read = bneck('import', name, '--out', 'back.safetensors');
    expect(read.status).toBe(0);
    expect(read.out).toContain('11 rows');
    const verified = bneck('verify', name, '--against', 'back.safetensors', '--pictures', '2');
    expect(verified.out).toContain('checked in');
    expect(verified.status).toBe(0);
  });

  test('a file of other weights fails and ends with 1', () => {
    const other = small.map((word) => (word === 'golden:7' ? 'golden:8' : word));
    const verified = bneck('verify', 'b.onnx', '--against', ...other, '--pictures', '2');
    expect(verified.out).toContain('CHECK FAILED');
    expect(verified.status).toBe(1);
  });

  test('a file that is broken inside is refused in the words of its runtime', () => {
    const bytes = readFileSync(at('b.onnx'));
    writeFileSync(at('broken.onnx'), bytes.subarray(0, bytes.length / 2));
    const verified = bneck('verify', 'broken.onnx', '--against', ...small);
    expect(lastLine(verified)).toContain('the runtime refuses the file');
    expect(verified.status).toBe(2);
  });
});

describe('source and listings', () => {
  test.each(['timm', 'torchvision'])('rows of %s come back as the same table', (format) => {
    expect(bneck('export', 'v3-large', '--format', format, '--out', 'rows.py').status).toBe(0);
    const read = JSON.parse(bneck('import', 'rows.py', '--json').out) as { readonly params: number };
    expect(read.params).toBe(5_483_032);
  });

  test('several files go into a zip or a folder, never into one file', () => {
    expect(bneck('export', ...small, '--format', 'pytorch', '--out', 'p.zip').status).toBe(0);
    expect(Object.keys(unzipSync(readFileSync(at('p.zip'))))).toEqual(['model.py', 'model.safetensors']);
    expect(bneck('export', ...small, '--format', 'keras', '--out', 'keras').status).toBe(0);
    expect(readFileSync(at('keras/model.py'), 'utf8')).toContain('import keras');
    const refused = bneck('export', ...small, '--format', 'tfjs', '--out', 'm.json');
    expect(lastLine(refused)).toContain('name a folder or a .zip');
    expect(refused.status).toBe(2);
  });

  test('the table alone says that weights stay behind', () => {
    const ended = bneck('export', ...small, '--format', 'csv', '--out', 't.csv');
    expect(ended.error).toContain('the weights stay behind');
    expect(readFileSync(at('t.csv'), 'utf8').split('\r\n').length).toBeGreaterThan(50);
  });
});

describe('what cannot be', () => {
  test.each<readonly [words: readonly string[], said: string]>([
    [['v3-small', '--format', 'tflite', '--opset', '13'], '--opset belongs to onnx, not to tflite'],
    [['v3-small', '--format', 'csv', '--precision', 'float16'], '--precision belongs to onnx, tflite, not to csv'],
    [['v3-small', '--format', 'nnef'], '--format'],
    [['v3-small', '--format', 'onnx', '--opset', '12'], '--opset'],
    [['article-004-small', '--format', 'torchvision'], 'torchvision cannot say this table'],
    [['nothing.onnx', '--format', 'onnx'], 'nothing.onnx']
  ])('%j', (words, said) => {
    const ended = bneck('export', ...words);
    expect(lastLine(ended) + ended.error).toContain(said);
    expect(ended.status).toBe(2);
  });

  test('an import without weights does not become a checkpoint', () => {
    const path = file('rows.txt', 'ds_r1_k3_s1_e1_c16\nir_r2_k3_s2_e4_c24\n');
    const ended = bneck('import', path, '--out', 'x.safetensors');
    expect(lastLine(ended)).toContain('has no weights');
    expect(ended.status).toBe(2);
  });
});
