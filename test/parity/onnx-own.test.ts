/** @file Parity: ONNX files that we write come back as the tables they were, or as tables that answer the same. */
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { deploy } from '../../src/lib/export/deploy';
import { opsets, toOnnx, type OnnxOptions } from '../../src/lib/export/onnx/onnx';
import { lowerWithOutputs } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { answered, dailyCases, exportGap, smallPreset, type ExportCase } from '../support/export-networks';
import { readNetwork } from '../support/onnx-read';
import { coreOfTests } from '../support/simd-core';
import { filled, folded } from '../support/tflite-mutants';

const plain: OnnxOptions = { opset: 14, batch: 'N', weights: 'float32' };

/** Names of the tensors that differ in shape or in any bit. */
const different = (a: Tensors, b: Tensors): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => {
    const [x, y] = [a[name], b[name]];
    return x?.shape.join() !== y?.shape.join() || !x || !y || Buffer.compare(bytesOf(x.data), bytesOf(y.data)) !== 0;
  });

const bytesOf = (data: Float32Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** The table without what a file cannot say: how rows scale, dropout, how a norm forgets. */
const told = (arch: Architecture): object => ({
  ...arch,
  name: '',
  scaling: 'v3',
  norm: arch.norm?.epsilon ?? null,
  head: { ...arch.head, dropout: 0 }
});

const cases = dailyCases();
const classifiers = cases.filter(({ name, arch }) => /^v[123]/.test(name) && arch.head.kind === 'classifier');

describe('the family, norms folded, to the bit', () => {
  test.each(classifiers)('$name', (one) => {
    const arch = folded(one.arch);
    const tensors = filled(arch);
    const read = readNetwork(toOnnx(deploy(arch, tensors, { foldNorms: true }), plain));
    // An odd map is padded alike by both conventions.
    const { padding } = read.arch.padding === 'same' && arch.input[0] % 2 === 1 ? read.arch : arch;
    expect(told(read.arch)).toEqual(told({ ...arch, padding }));
    expect(different(read.tensors, tensors)).toEqual([]);
  });
});

describe('V3-Small, norms apart', () => {
  const { arch } = smallPreset('v3-small', { width: 0.25, classes: 10, input: [48, 40, 3] });
  const tensors = Object.fromEntries(
    Object.entries(filled(arch)).map(([name, tensor]) => [
      name,
      name.endsWith('.variance') ? { ...tensor, data: tensor.data.map((value) => value * value + 0.1) } : tensor
    ])
  );
  test.each(opsets)('opset %i, to the bit', (opset) => {
    const read = readNetwork(toOnnx(deploy(arch, tensors, { foldNorms: false }), { ...plain, opset }));
    expect(told(read.arch)).toEqual(told(arch));
    expect(different(read.tensors, tensors)).toEqual([]);
  });
});

/** Largest difference of what a file's table answers. */
async function gapOf(one: ExportCase, options: OnnxOptions): Promise<number> {
  const { arch, tensors, images, count, answers } = await answered(one);
  const read = readNetwork(toOnnx(deploy(arch, tensors, { foldNorms: true }), options));
  const network = await openSimdEngine(await coreOfTests()).createNetwork(read.arch, read.tensors, count);
  const { outputs } = lowerWithOutputs(read.arch);
  const found = await network.activations(images, count, outputs);
  network.dispose();
  const wanted = Object.values(answers);
  expect(outputs).toHaveLength(wanted.length);
  return Math.max(...wanted.map((answer, i) => exportGap(answer, found[outputs[i] ?? ''] ?? [])));
}

describe('heads, articles and random tables answer the same', () => {
  const once = ({ name }: ExportCase): boolean =>
    !name.startsWith('article') || (name.endsWith('symmetric') && !name.includes('repaired'));
  const others = cases.filter((one) => !classifiers.includes(one) && once(one));
  test.each(others)('$name', async (one) => {
    expect(await gapOf(one, plain)).toBeLessThanOrEqual(1e-5);
  });
});

test('weights kept as halves come back to their eleven digits', () => {
  const arch = folded(smallPreset('v3-small', { width: 0.25, input: [32, 32, 3] }).arch);
  const tensors = filled(arch);
  const read = readNetwork(toOnnx(deploy(arch, tensors, { foldNorms: true }), { ...plain, weights: 'float16' }));
  const gaps = Object.entries(tensors).map(([name, { data }]) =>
    data.reduce((most, value, i) => Math.max(most, Math.abs(value - (read.tensors[name]?.data[i] ?? NaN))), 0)
  );
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2 ** -12);
  expect(Math.max(...gaps)).toBeGreaterThan(0);
});

test('integers made on the way are refused by name', () => {
  const { arch } = smallPreset('v3-small', { width: 0.25, input: [32, 32, 3] });
  const file = toOnnx(deploy(arch, filled(arch), { foldNorms: true }), { ...plain, weights: 'dynamicInt8' });
  expect(() => readNetwork(file)).toThrow(/DynamicQuantizeLinear/);
});
