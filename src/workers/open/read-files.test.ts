/** @file Tests of reading chosen files; foreign networks have their own tests. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { lower } from '$lib/ops/lower';
import { initTensors } from '$lib/weights/init';
import { toSafetensors } from '$lib/weights/safetensors';
import { writeSafetensors } from '$lib/weights/safetensors-format';
import { readFiles } from './read-files';

const small = presetById('v3-small')?.arch;
if (!small) throw new Error('test: no preset v3-small');
const arch = { ...small, rows: small.rows.slice(0, 3), classes: 10 };
const tensors = initTensors(lower(arch), 1);
const from = { dataset: 'd', datasetSha256: '', epochs: 1, seed: 1, engine: 'e', validationAccuracy: 0.5 };
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test('a table', () => {
  expect(readFiles([{ name: 'a.json', bytes: text(arch) }], small)).toEqual({ kind: 'table', arch });
});

test('a checkpoint brings its own table', () => {
  const bytes = toSafetensors({ format: 1, arch, tensors, from });
  expect(readFiles([{ name: 'a.safetensors', bytes }], small)).toMatchObject({ kind: 'network', arch, from });
});

test('weights alone are read against the open table, by whichever names', () => {
  const bytes = writeSafetensors(tensors, {});
  const opened = readFiles([{ name: 'w.safetensors', bytes }], arch);
  expect(opened).toMatchObject({ kind: 'weights', convention: 'bneck', leftOut: 0 });
  const other = readFiles([{ name: 'w.safetensors', bytes }], small);
  expect(other.kind === 'bad' && other.issues.length).toBeGreaterThan(10);
});

test('rows of timm are a table without weights', () => {
  const bytes = new TextEncoder().encode("[['ds_r1_k3_s1_e1_c16_nre'], ['ir_r1_k3_s2_e4_c24_nre']]");
  const opened = readFiles([{ name: 'rows.py', bytes }], small);
  expect(opened.kind === 'table' && opened.arch.rows.map((row) => row.kind)).toEqual(['bneck', 'bneck']);
});

test.each([
  ['group1-shard1of1.bin', 'model.json'],
  ['photo.png', '.onnx'],
  ['photo.png', '.tflite'],
  ['a.onnx', ''],
  ['a.tflite', ''],
  ['a.py', '']
])('%s alone is refused in a sentence', (name, word) => {
  const read = readFiles([{ name, bytes: new Uint8Array([1, 2, 3]) }], small);
  expect(read.kind).toBe('bad');
  expect(read.kind === 'bad' && read.issues[0]?.message).toContain(word);
});

test('an .onnx file brings table and weights', () => {
  const bytes = new Uint8Array(readFileSync('test/support/onnx-files/v3-small.onnx'));
  const read = readFiles([{ name: 'narrow.onnx', bytes }], small);
  expect(read).toMatchObject({
    kind: 'network',
    arch: { name: 'narrow', rows: { length: 11 } },
    from: { dataset: 'narrow.onnx' }
  });
});

test('a model without its shards names them', () => {
  const model = { modelTopology: { node: [] }, weightsManifest: [{ paths: ['w.bin'], weights: [] }] };
  const read = readFiles([{ name: 'model.json', bytes: text(model) }], small);
  expect(read.kind === 'bad' && JSON.stringify(read.issues)).toContain('w.bin');
});
