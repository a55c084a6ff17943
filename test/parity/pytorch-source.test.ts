/** @file Parity: generated PyTorch source answers, counts and detects as the table does, and its weights fit torchvision. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Architecture, Head } from '../../src/lib/arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '../../src/lib/arch/options';
import { presetById } from '../../src/lib/arch/presets/catalogue';
import { toPyTorch } from '../../src/lib/export/pytorch/pytorch';
import { pytorchTensors } from '../../src/lib/export/pytorch/tensors';
import { lower } from '../../src/lib/ops/lower';
import { detect } from '../../src/lib/task/detect';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { goldenTensors } from '../../src/lib/weights/golden-weights';
import { hashedNumbers } from '../../src/lib/weights/hashed-numbers';
import { writeSafetensors } from '../../src/lib/weights/safetensors-format';
import { detector } from '../support/dense-networks';
import {
  casesOf,
  headNetworks,
  presetNetworks,
  randomNetworks,
  type FilledNetwork,
  type NetworkCase
} from '../support/source-networks';
import { randomTables } from '../support/random-tables';
import { hasTorch, PythonCases, type PythonResult } from '../support/pytorch-source';

const limit = 2e-5;
/** The same in float64: what is left is the rounding of our answers to float32. */
const exactLimit = 1e-6;
const seed = 31;

function filled(name: string, arch: Architecture): FilledNetwork {
  return { name, arch, tensors: goldenTensors(arch, seed) };
}

function preset(id: string, change: NetworkChange): Architecture {
  const found = presetById(id);
  if (!found) throw new Error(`preset ${id}: must exist`);
  return applyNetworkOptions(found.arch, change);
}

const small = { width: 0.5, classes: 5, input: [48, 40, 3] } as const;

/** The detector tapped at another row. */
function tapped(id: string, tap: number): Architecture {
  const arch = preset(id, { ...small, head: 'ssdlite' });
  const { head } = arch;
  if (head.kind !== 'ssdlite') throw new Error('the head must detect');
  return { ...arch, head: { ...head, tap, norm: null } };
}

const mask: Head = { kind: 'decoder', filters: 8, gate: 'hardSigmoid', stages: [], out: 'sigmoid' };

/** What the common networks leave out: every way to cut a detector's backbone, a decoder without stages, a mask of shares. */
const corners = (): FilledNetwork[] => [
  filled('tapped at an expansion', tapped('v2', 13)),
  filled('tapped before the first row', tapped('v2', 0)),
  filled('tapped inside a residual', tapped('v3-small', 5)),
  filled('tapped inside a residual convolution', tapped('article-002-small', 2)),
  filled('folded norms', { ...preset('v2', small), norm: null, convBias: true }),
  filled('mask of shares', { ...preset('v3-small', { ...small, head: 'features' }), head: mask })
];

/** Many random tables, tiny ones, at their own padding and size. */
function tinyCases(): NetworkCase[] {
  const tables = fc.sample(randomTables({ width: 12, rows: 6, input: 20, classes: 4 }), { seed: 9, numRuns: 150 });
  return tables.map((arch, i) => ({ ...filled(`tiny ${i}`, arch), padding: arch.padding, parity: 'odd' }));
}

const twins: readonly (readonly [twin: string, id: string, change: NetworkChange])[] = [
  ['mobilenet_v2', 'v2', {}],
  ['mobilenet_v3_small', 'v3-small', {}],
  ['lraspp_mobilenet_v3_large', 'v3-large', { head: 'lraspp' }],
  ['ssdlite320_mobilenet_v3_large', 'v3-large', { head: 'ssdlite', reducedTail: true }]
];

/** Numbers a detection head might give: some boxes sure of themselves. */
function headOutput(arch: Architecture): Float32Array {
  const [, rows = 0, width = 0] = lower(arch).at(-1)?.out ?? [];
  const numbers = hashedNumbers(7, 3, { count: rows * width, offset: 0, bound: 4 });
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    numbers[at] = (numbers[at] ?? 0) + 2;
    for (let i = arch.classes; i < width; i++) numbers[at + i] = (numbers[at + i] ?? 0) / 4;
  }
  return numbers;
}

const boxRules = [
  {},
  { scores: 'sigmoid', boxOrder: 'yxhw', reduceFinest: true },
  { boxOrder: 'yxhw', ratios: [2, 3, 1.5], iouThreshold: 0.2 },
  { reduceFinest: true, ratios: [], scoreThreshold: 0.3 }
] as const;

test('PyTorch source of MobileNetV3-Small reads as the listing kept for reading', () => {
  const listing = readFileSync(new URL('../support/pytorch-source-v3-small.py', import.meta.url), 'utf8');
  expect(toPyTorch(preset('v3-small', {}))).toBe(listing);
});

if (!hasTorch) process.stdout.write('skipped: PyTorch and torchvision are not on this machine\n');

describe.skipIf(!hasTorch)('PyTorch source', () => {
  const python = new PythonCases();
  let networks: readonly FilledNetwork[];
  let cases: readonly NetworkCase[];
  let results: ReadonlyMap<string, PythonResult>;
  const detectors = boxRules.map((rule) => detector(64, rule));

  beforeAll(() => {
    networks = [...presetNetworks(), ...headNetworks(), ...randomNetworks(20), ...corners()];
    cases = [...networks.flatMap(casesOf), ...tinyCases()];
    // Two pictures where they are quick, so that none answers for the other.
    const listed = cases.map((one) => python.answer(one, /^random|^tiny/.test(one.name) ? 2 : 1));
    const [first] = networks;
    const [same, , symmetric] = listed;
    if (!first || !same || !symmetric) throw new Error('networks must be there');
    python.again(symmetric, { name: 'wrong padding', source: same['source'] });
    const tensors = Object.entries(pytorchTensors(first.arch, first.tensors));
    const bytes = (all: readonly (readonly [string, Tensors[string]])[]): string =>
      python.weights(writeSafetensors(Object.fromEntries(all), {}));
    python.again(same, { name: 'a tensor missing', weights: bytes(tensors.slice(1)) });
    const extra = { shape: [1], data: new Float32Array(1) };
    python.again(same, { name: 'a tensor more', weights: bytes([...tensors, ['stem.weight', extra]]) });
    for (const [twin, id, change] of twins) {
      const arch = preset(id, { classes: 9, convention: 'torchvision', ...change, input: [40, 33, 3] });
      const network = { ...filled(twin, arch), padding: 'symmetric', parity: 'odd' } as const;
      python.answer(network, 1, { name: twin, twin, classes: 9 });
    }
    for (const [i, arch] of detectors.entries()) python.detect(`detect ${i}`, arch, headOutput(arch));
    python.example('example', toPyTorch(preset('v3-small', {})));
    python.example('example of maps', toPyTorch(preset('v1', { width: 0.25, head: 'features', outIndices: [2, 0] })));
    results = python.run();
  }, 120_000);
  afterAll(() => {
    python.close();
  });

  const shareOf = (gaps: readonly number[] = [], { largest = [] }: PythonResult): number =>
    Math.max(...gaps.map((gap, i) => gap / Math.max(1, largest[i] ?? NaN)));
  const wrongOf = (name: string): string[] => {
    const result = results.get(name) ?? { name, error: 'missing' };
    const [share, exact] = [shareOf(result.gaps, result), shareOf(result.exact, result)];
    const right = result.gaps?.length && share <= limit && exact <= exactLimit;
    return right ? [] : [`${name}: ${result.error ?? `${share} ${exact}`}`];
  };
  const names = (): string[] => cases.map(({ name, padding, parity }) => `${name} ${padding} ${parity}`);

  test('is compared for every kind of row, head and padding', () => {
    expect(cases.length).toBeGreaterThan(150);
    expect(new Set(networks.flatMap(({ arch }) => arch.rows.map(({ kind }) => kind))).size).toBe(5);
    expect(new Set(networks.map(({ arch }) => arch.head.kind)).size).toBe(5);
    expect(new Set(cases.map(({ padding }) => padding)).size).toBe(3);
  });

  test('answers as the table at both paddings, one source at even and odd sizes', () => {
    expect(names().flatMap(wrongOf)).toEqual([]);
    const worst = names().map((name) => shareOf(results.get(name)?.gaps, results.get(name) ?? { name }));
    process.stdout.write(
      `PyTorch source: ${cases.length} cases, worst difference ${Math.max(...worst).toExponential(1)}\n`
    );
  });

  test('says how many parameters PyTorch counts', () => {
    const off = names().filter((name) => results.get(name)?.params !== results.get(name)?.said);
    expect(off).toEqual([]);
  });

  test('tells one padding from the other', () => {
    expect(Math.max(...(results.get('wrong padding')?.gaps ?? []))).toBeGreaterThan(1e-2);
  });

  test('loads neither too few tensors nor too many', () => {
    expect(results.get('a tensor missing')?.error).toMatch(/Missing key.*features\.0\.0\.weight/s);
    expect(results.get('a tensor more')?.error).toMatch(/Unexpected key.*stem\.weight/s);
  });

  test.each(twins)("'s weights load into torchvision's own %s, which answers alike", (twin) => {
    expect(wrongOf(twin)).toEqual([]);
  });

  test('reads detections as the table does: default boxes, decoding, suppression', () => {
    for (const [i, arch] of detectors.entries()) {
      const ours = detect(headOutput(arch), arch, { width: 640, height: 480 });
      const { found: theirs = [], error } = results.get(`detect ${i}`) ?? {};
      expect(ours.length).toBeGreaterThan(3);
      expect(theirs, error).toHaveLength(ours.length);
      for (const [k, { score, class: label, box }] of ours.entries()) {
        const [score2 = NaN, label2, ...box2] = theirs[k] ?? [];
        expect(label2).toBe(label);
        expect(Math.abs(score2 - score)).toBeLessThan(1e-12);
        for (const [axis, corner] of box.entries()) expect(Math.abs(corner - (box2[axis] ?? NaN))).toBeLessThan(1e-8);
      }
    }
  });

  test('runs by itself and prints the shape of its answer', () => {
    expect(results.get('example')?.printed).toBe('torch.Size([1, 1000])');
    const maps = '[torch.Size([1, 32, 56, 56]), torch.Size([1, 16, 112, 112])]';
    expect(results.get('example of maps')?.printed).toBe(maps);
  });
});
