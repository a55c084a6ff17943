/** @file Parity: .tflite files that we write come back as the tables they were, whatever the head and however weights are kept. */
import { describe, expect, test } from 'vitest';
import type { Architecture, DetectionRule } from '../../src/lib/arch/architecture';
import { ssdliteRule } from '../../src/lib/arch/with-head';
import { deploy } from '../../src/lib/export/deploy';
import { lowerLite } from '../../src/lib/export/tflite/lower';
import { toTflite, type LiteIo, type LiteOptions } from '../../src/lib/export/tflite/tflite';
import type { Imported } from '../../src/lib/import/graph/graph';
import { importTflite } from '../../src/lib/import/tflite/tflite';
import { lower } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { answered, dailyCases, exportGap, smallPreset, type ExportCase } from '../support/export-networks';
import { quantizedNetwork } from '../support/quantized-networks';
import { filled, folded } from '../support/filled';

type Network = Extract<Imported, { kind: 'ok' }>;

function readNetwork(bytes: Uint8Array): Network {
  const imported = importTflite(bytes, 'file.tflite');
  if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
  return imported;
}

/** The file of a table without norms, its h-swish by one operator or spelt out. */
function written(
  arch: Architecture,
  tensors: Tensors,
  {
    weights,
    hardSwish = 'native'
  }: { weights: 'float32' | 'float16' | 'dynamicInt8'; hardSwish?: 'native' | 'products' }
): Uint8Array {
  const options: LiteOptions = { kind: 'float', weights };
  return toTflite(lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish }), options);
}

/** Largest difference of any number; Infinity where tensors have other names or sizes. */
function gapOf(wanted: Tensors, got: Tensors): number {
  if (Object.keys(wanted).toSorted().join() !== Object.keys(got).toSorted().join()) return Infinity;
  let gap = 0;
  for (const [name, { data }] of Object.entries(wanted)) {
    const other = got[name]?.data ?? new Float32Array(0);
    if (other.length !== data.length) return Infinity;
    for (let i = 0; i < data.length; i++) gap = Math.max(gap, Math.abs((data[i] ?? NaN) - (other[i] ?? NaN)));
  }
  return gap;
}

/** The table as its file has it: windows as large as the map are the whole of it. */
const seen = ({ head, ...arch }: Architecture): Architecture => ({
  ...arch,
  head:
    head.kind === 'lraspp'
      ? { ...head, pool: 'global', norm: null }
      : head.kind === 'ssdlite'
        ? { ...head, norm: null }
        : head
});

const heads = [
  { id: 'v1', head: 'classifier' },
  { id: 'v2', head: 'classifier' },
  { id: 'v3-small', head: 'classifier' },
  { id: 'v3-large', head: 'features' },
  { id: 'v3-large', head: 'lraspp' },
  { id: 'v3-large', head: 'lraspp-paper' },
  { id: 'v3-large', head: 'ssdlite' }
] as const;
const cases = heads.flatMap(({ id, head }) =>
  (['same', 'symmetric'] as const).flatMap((padding) =>
    [64, 65].map((side) => {
      const change = { width: 0.25, classes: 5, padding, input: [side, side, 3] as const };
      return smallPreset(id, head === 'classifier' ? change : { ...change, head });
    })
  )
);

describe('every head, both paddings, even and odd', () => {
  test.each(cases)('$name', ({ arch }) => {
    const table = seen(folded(arch));
    const tensors = filled(table);
    for (const hardSwish of ['native', 'products'] as const) {
      const read = readNetwork(written(table, tensors, { weights: 'float32', hardSwish }));
      expect(lower(read.arch)).toEqual(lower(table));
      expect({ ...read.arch, rows: [], head: null }).toEqual({ ...table, rows: [], head: null });
      // x/6 + 1/2 is the bias plus 3: what single precision loses there comes back.
      expect(gapOf(tensors, read.tensors)).toBeLessThanOrEqual(2.4e-7);
      expect(read.notes).toEqual([]);
    }
    const halves = readNetwork(written(table, tensors, { weights: 'float16' }));
    expect(lower(halves.arch)).toEqual(lower(table));
    const gap = gapOf(tensors, halves.tensors);
    expect(gap).toBeGreaterThan(0);
    // Lifted by 3, a bias of a gate has two digits fewer.
    expect(gap).toBeLessThanOrEqual(2 ** -10);
    expect(halves.notes).toEqual([]);
  });
});

test.each(cases.filter((_, i) => i % 4 === 0))('8-bit weights among floats: $name', ({ arch }) => {
  const table = seen(folded(arch));
  const tensors = filled(table);
  const read = readNetwork(written(table, tensors, { weights: 'dynamicInt8' }));
  expect(lower(read.arch)).toEqual(lower(table));
  expect(gapOf(tensors, read.tensors)).toBeLessThanOrEqual(0.5 / 127 + 1e-6);
  expect(read.notes).toEqual([expect.stringContaining('8 bits')]);
});

describe('8 bits throughout are read as the real numbers they stand for, and it is said', () => {
  const networks = ['v2', 'v3-small'].map((id) => smallPreset(id, { width: 0.25, classes: 10, input: [32, 32, 3] }));
  const detector = smallPreset('v3-large', { width: 0.25, head: 'ssdlite', classes: 5, input: [64, 64, 3] });
  const all: readonly (readonly [ExportCase, LiteIo])[] = [...networks, detector].flatMap((one, i) =>
    (['float32', 'int8', 'uint8'] as const).filter((_, k) => i === 1 || k === 0).map((io) => [one, io] as const)
  );
  test.each(all)('$name, $1 in and out', async (one, io) => {
    const { arch, tensors, images, count } = await answered(one);
    const { quantized } = await quantizedNetwork({ arch, tensors }, [{ images, count }]);
    const file = toTflite(quantized.graph, { kind: 'int8', plan: quantized.plan, floats: quantized.floats, io });
    const read = readNetwork(file);
    const table = seen(folded(arch));
    expect(lower(read.arch)).toEqual(lower(table));
    expect(read.notes.join()).toContain('stored in 8 bits');
    expect(read.pixels !== undefined).toBe(io !== 'float32');
    const float = readNetwork(
      written(table, readNetwork(written(arch, tensors, { weights: 'float32' })).tensors, { weights: 'float32' })
    );
    for (const [name, { data }] of Object.entries(float.tensors)) {
      if (!name.endsWith('.weight')) continue;
      expect(exportGap(data, read.tensors[name]?.data ?? [])).toBeLessThan(0.02);
    }
  });
});

describe('what a graph does not say is carried along', () => {
  const { arch } = smallPreset('v3-large', { width: 0.25, head: 'ssdlite', classes: 5, input: [64, 64, 3] });
  if (arch.head.kind !== 'ssdlite') throw new Error('test: must detect');
  const rule: DetectionRule = { ...arch.head.rule, minScale: 0.1, ratios: [1.5, 4], boxOrder: 'yxhw', detections: 7 };
  const own = { ...folded(arch), name: 'a “detector” · 小', head: { ...arch.head, norm: null, rule } };
  const graph = lowerLite(deploy(own, filled(own), { foldNorms: true }), { hardSwish: 'native' });
  const plain: LiteOptions = { kind: 'float', weights: 'float32' };

  test('name and default boxes of a detector', () => {
    const read = readNetwork(toTflite(graph, plain));
    expect([read.arch, read.notes]).toEqual([own, []]);
  });

  test('dropout and scaling of a classifier', () => {
    const { arch: small } = smallPreset('v3-small', { width: 0.25, input: [32, 32, 3] });
    const table = { ...folded(small), scaling: 'ratio' as const, name: 'mine' };
    expect(readNetwork(written(table, filled(table), { weights: 'float32' })).arch).toEqual(table);
  });

  test('without it torchvision is assumed, and said', () => {
    const read = readNetwork(toTflite({ ...graph, about: null }, plain));
    expect(read.arch).toMatchObject({ name: 'file.tflite', head: { rule: ssdliteRule } });
    expect(read.notes).toEqual([expect.stringContaining('default boxes')]);
  });
});

describe('articles and random tables lower to the same ops', () => {
  // Rows behind the last map that is asked for are in no file.
  const whole = ({ head, rows }: Architecture): boolean =>
    head.kind !== 'features' || head.outIndices.includes(rows.length - 1);
  const others = dailyCases().filter(({ name, arch }) => /^(article|random)/.test(name) && whole(arch));
  test.each(others)('$name', ({ arch }) => {
    const table = seen(folded(arch));
    const tensors = filled(table);
    const read = readNetwork(written(table, tensors, { weights: 'float32' }));
    const kinds = ({ rows, ...one }: Architecture): readonly string[] =>
      lower({ ...one, rows }).map(
        (op) => `${op.kind === 'dense' ? 'conv' : op.kind} ${op.in.join('×')} ${op.out.join('×')}`
      );
    expect(kinds(read.arch).toSorted()).toEqual(kinds(table).toSorted());
  });
});
