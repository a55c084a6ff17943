/** @file Parity: ONNX files that we write come back as the tables they were, or as tables that answer the same. */
import { describe, expect, test } from 'vitest';
import type { Architecture, DetectionRule } from '../../src/lib/arch/architecture';
import { ssdliteRule } from '../../src/lib/arch/with-head';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { deploy } from '../../src/lib/export/deploy';
import { opsets, toOnnx, type OnnxOptions } from '../../src/lib/export/onnx/onnx';
import { lower, lowerWithOutputs } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { answered, dailyCases, exportGap, smallPreset, type ExportCase } from '../support/export-networks';
import { readNetwork } from '../support/onnx-read';
import { coreOfTests } from '../support/simd-core';
import { filled, folded } from '../support/filled';

const plain: OnnxOptions = { opset: 14, batch: 'N', weights: 'float32' };

/** Names of the tensors that differ in shape or in any bit. */
const different = (a: Tensors, b: Tensors): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => {
    const [x, y] = [a[name], b[name]];
    return x?.shape.join() !== y?.shape.join() || !x || !y || Buffer.compare(bytesOf(x.data), bytesOf(y.data)) !== 0;
  });

const bytesOf = (data: Float32Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

const cases = dailyCases();
const classifiers = cases.filter(({ name, arch }) => /^v[123]/.test(name) && arch.head.kind === 'classifier');

describe('the family, norms folded, to the bit', () => {
  test.each(classifiers)('$name', (one) => {
    const arch = folded(one.arch);
    const tensors = filled(arch);
    const read = readNetwork(toOnnx(deploy(arch, tensors, { foldNorms: true }), plain));
    expect(read.arch).toEqual(arch);
    expect(read.notes).toEqual([]);
    expect(different(read.tensors, tensors)).toEqual([]);
  });
});

/** Numbers for a table with norms: variances above 0. */
const normed = (arch: Architecture): Tensors =>
  Object.fromEntries(
    Object.entries(filled(arch)).map(([name, tensor]) => [
      name,
      name.endsWith('.variance') ? { ...tensor, data: tensor.data.map((value) => value * value + 0.1) } : tensor
    ])
  );

/** Every opset, for any number of pictures, for one and for three. */
const written = opsets.flatMap((opset) => (['N', 1, 3] as const).map((batch) => ({ opset, batch })));

describe('V3-Small to the bit', () => {
  const { arch } = smallPreset('v3-small', { width: 0.25, classes: 10, input: [48, 40, 3] });
  const [apart, joined] = [normed(arch), filled(folded(arch))];
  test.each(written)('opset $opset, $batch pictures at once, norms apart and folded', (how) => {
    const read = readNetwork(toOnnx(deploy(arch, apart, { foldNorms: false }), { ...plain, ...how }));
    expect(read.arch).toEqual(arch);
    expect(different(read.tensors, apart)).toEqual([]);
    const one = readNetwork(toOnnx(deploy(folded(arch), joined, { foldNorms: true }), { ...plain, ...how }));
    expect(one.arch).toEqual(folded(arch));
    expect(different(one.tensors, joined)).toEqual([]);
  });
});

/** The table as its file has it: windows as large as the map are the whole of it. */
const seen = ({ head, ...arch }: Architecture): Architecture => ({
  ...arch,
  head: head.kind === 'lraspp' ? { ...head, pool: 'global' } : head
});

describe('heads to the bit, norms apart', () => {
  const heads = ['lraspp', 'lraspp-paper', 'ssdlite', 'features'] as const;
  const all = heads.flatMap((head) => (['same', 'symmetric'] as const).map((padding) => ({ head, padding })));
  test.each(all)('$head, $padding', ({ head, padding }) => {
    const { arch } = smallPreset('v3-large', { width: 0.25, head, padding, classes: 5, input: [65, 65, 3] });
    const tensors = normed(arch);
    for (const how of written.filter(({ batch }) => batch !== 1)) {
      const read = readNetwork(toOnnx(deploy(arch, tensors, { foldNorms: false }), { ...plain, ...how }));
      expect(lower(read.arch)).toEqual(lower(seen(arch)));
      expect({ ...read.arch, rows: [], head: null }).toEqual({ ...arch, rows: [], head: null });
      expect(different(read.tensors, tensors)).toEqual([]);
      expect(read.notes).toEqual([]);
    }
  });
});

describe('what a graph does not say is carried along', () => {
  const { arch } = smallPreset('v3-large', { width: 0.25, head: 'ssdlite', classes: 5, input: [64, 64, 3] });
  if (arch.head.kind !== 'ssdlite') throw new Error('test: must detect');
  const rule: DetectionRule = { ...arch.head.rule, minScale: 0.1, ratios: [1.5, 4], boxOrder: 'yxhw', detections: 7 };
  const own = { ...folded(arch), name: 'a “detector” · 小', head: { ...arch.head, norm: null, rule } };
  const graph = deploy(own, filled(own), { foldNorms: true });

  test('name and default boxes of a detector', () => {
    const read = readNetwork(toOnnx(graph, plain));
    expect([read.arch, read.notes]).toEqual([own, []]);
  });

  test('without it torchvision is assumed, and said', () => {
    const { about: _, ...bare } = graph;
    const read = readNetwork(toOnnx(bare, plain));
    expect(read.arch).toMatchObject({ name: 'file.onnx', head: { rule: ssdliteRule } });
    expect(read.notes).toEqual([expect.stringContaining('default boxes')]);
  });

  test.each([
    ['boxes that the graph has not', { ...rule, ratios: [2] }, /does not fit its graph/],
    ['no rule at all', { ...rule, minScale: -1 }, /not understood/]
  ])('%s: torchvision is assumed, and said', (_, wrong, words) => {
    const read = readNetwork(toOnnx({ ...graph, about: { ...graph.about!, rule: wrong } }, plain));
    expect(read.arch.head).toMatchObject({ rule: ssdliteRule });
    expect(read.notes.join()).toMatch(words);
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

test.each(opsets)('opset %i: weights of 8 bits come back to half a step of their filter, and it is said', (opset) => {
  const arch = folded(smallPreset('v3-small', { width: 0.25, input: [32, 32, 3] }).arch);
  const tensors = filled(arch);
  const file = toOnnx(deploy(arch, tensors, { foldNorms: true }), { ...plain, opset, weights: 'dynamicInt8' });
  const read = readNetwork(file);
  expect(read.arch).toEqual(arch);
  expect(read.notes).toEqual([expect.stringContaining('8 bits')]);
  for (const [name, { data }] of Object.entries(tensors)) {
    const gap = data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (read.tensors[name]?.data[i] ?? NaN))),
      0
    );
    expect(gap).toBeLessThanOrEqual(name.endsWith('.bias') ? 1e-6 : 0.5 / 127 + 1e-6);
  }
});
