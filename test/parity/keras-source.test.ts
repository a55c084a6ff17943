/** @file Parity: generated Keras source, run on a stand-in for Keras' layers, answers as the table does. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { lower } from '../../src/lib/ops/lower';
import { exportKeras } from '../../src/lib/export/keras/keras';
import { detect } from '../../src/lib/task/detect';
import { hashedNumbers } from '../../src/lib/weights/hashed-numbers';
import {
  answersOf,
  casesOf,
  headNetworks,
  picturesOf,
  presetNetworks,
  randomNetworks,
  type FilledNetwork,
  type NetworkCase
} from '../support/source-networks';

const python = '/usr/bin/python3';
const hasTorch =
  spawnSync(python, [
    '-c',
    'import importlib.util as u, sys; sys.exit(not (u.find_spec("torch") and u.find_spec("numpy")))'
  ]).status === 0;
const limit = 2e-5;
/** Two pictures where they are quick, so that none answers for the other. */
const picturesFor = ({ name }: NetworkCase): number => (name.startsWith('random') ? 2 : 1);

interface Result {
  readonly name: string;
  readonly error?: string;
  readonly gaps?: readonly number[];
  readonly largest?: readonly number[];
  readonly found?: readonly (readonly number[])[];
}

/** Writes numbers or text and gives the path. */
type Write = (name: string, content: string | Float32Array | Uint8Array) => string;

/** A case for the Python side; the source is the one of the first case of its padding, whatever the size. */
function written(cases: readonly NetworkCase[], write: Write): object[] {
  const sources = new Map<string, string>();
  return cases.map((one) => {
    const name = `${one.name} ${one.padding} ${one.parity}`;
    const folder = name.replaceAll(' ', '-');
    const pictures = picturesOf(one, picturesFor(one));
    const known = sources.get(one.padding);
    const files = exportKeras(one.arch, one.tensors);
    const [source = '', weights = ''] = files.map((file) =>
      known ? '' : write(`${folder}-${file.name}`, file.content)
    );
    if (!known) sources.set(one.padding, `${source}\n${weights}`);
    const [sourcePath, weightsPath] = (known ?? `${source}\n${weights}`).split('\n');
    const expected = answersOf(one, pictures).map((data, i) => write(`${folder}-${i}.f32`, data));
    return {
      name,
      source: sourcePath,
      weights: weightsPath,
      pictures: write(`${folder}-in.f32`, pictures),
      shape: [picturesFor(one), ...one.arch.input],
      expected
    };
  });
}

/** Numbers a detection head might give: mostly background, some boxes sure of themselves. */
function headOutput(arch: Architecture): Float32Array {
  const size = lower(arch).at(-1)?.out ?? [0, 0, 0];
  const numbers = hashedNumbers(7, 3, { count: size[1] * size[2], offset: 0, bound: 1 });
  for (let row = 0; row < size[1]; row++) {
    for (let c = 0; c < arch.classes; c++) {
      const at = row * size[2] + c;
      numbers[at] = 4 * (numbers[at] ?? 0) + (c === 0 ? 2 : 0);
    }
  }
  return numbers;
}

describe.skipIf(!hasTorch)(`Keras source on the stand-in${hasTorch ? '' : ' (skipped: needs torch and numpy)'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bneck-keras-'));
  let networks: FilledNetwork[];
  let cases: NetworkCase[];
  let results: ReadonlyMap<string, Result>;
  let detectors: { readonly name: string; readonly arch: Architecture; readonly output: Float32Array }[];

  const write: Write = (name, content) => {
    const path = join(folder, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, content);
    return path;
  };

  beforeAll(() => {
    networks = [...presetNetworks(), ...headNetworks(), ...randomNetworks(20)];
    cases = networks.flatMap(casesOf);
    detectors = [...headNetworks(), ...randomNetworks(60)]
      .filter(({ arch }) => arch.head.kind === 'ssdlite')
      .map(({ name, arch }) => ({ name: `${name} detect`, arch, output: headOutput(arch) }));
    const listed = networks.flatMap((network) => written(casesOf(network), write));
    const [first, second] = listed as Record<string, unknown>[];
    const wrong = { ...first, name: 'wrong weights', weights: (listed.at(-1) as Record<string, unknown>)['weights'] };
    const swapped = { ...second, name: 'wrong padding', source: (listed[2] as Record<string, unknown>)['source'] };
    const found = detectors.map(({ name, arch, output }) => ({
      name,
      source: write(`${name.replaceAll(' ', '-')}.py`, exportKeras(arch, null)[0]?.content ?? ''),
      shape: [],
      detect: write(`${name.replaceAll(' ', '-')}.f32`, output),
      rows: lower(arch).at(-1)?.out[1],
      size: [640, 480]
    }));
    const input = JSON.stringify([...listed, wrong, swapped, ...found]);
    const run = spawnSync(python, ['-B', 'test/support/keras-run.py'], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(run.stderr);
    const all = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Result);
    results = new Map(all.map((result) => [result.name, result]));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('the networks are of every kind', () => {
    expect(cases.length).toBeGreaterThan(150);
    expect(new Set(networks.flatMap(({ arch }) => arch.rows.map(({ kind }) => kind))).size).toBe(5);
    expect(new Set(networks.map(({ arch }) => arch.head.kind)).size).toBe(5);
    expect(new Set(cases.map(({ padding }) => padding)).size).toBe(3);
  });

  test('every network answers alike at both paddings, and from one source at even and odd sizes', () => {
    const wrong = cases.flatMap(({ name, padding, parity }) => {
      const { error, gaps = [], largest = [] } = results.get(`${name} ${padding} ${parity}`) ?? { error: 'missing' };
      const off = gaps.some((gap, i) => !(gap <= limit * Math.max(1, largest[i] ?? NaN)));
      return error !== undefined || gaps.length === 0 || off
        ? [`${name} ${padding} ${parity}: ${error ?? gaps.join()}`]
        : [];
    });
    expect(wrong).toEqual([]);
  });

  test('the stand-in tells one padding from the other, and refuses weights of another network', () => {
    expect(Math.max(...(results.get('wrong padding')?.gaps ?? []))).toBeGreaterThan(1e-2);
    expect(results.get('wrong weights')?.error).toContain('weights');
  });

  test('NumPy reads detections as the table does: default boxes, decoding, suppression', () => {
    expect(detectors.length).toBeGreaterThan(4);
    for (const { name, arch, output } of detectors) {
      const ours = detect(output, arch, { width: 640, height: 480 });
      const theirs = results.get(name)?.found ?? [];
      expect(ours.length, name).toBeGreaterThan(3);
      expect(theirs, `${name} ${results.get(name)?.error}`).toHaveLength(ours.length);
      for (const [i, { score, class: label, box }] of ours.entries()) {
        const [score2 = NaN, label2, ...box2] = theirs[i] ?? [];
        expect(label2, name).toBe(label);
        expect(Math.abs(score2 - score), name).toBeLessThan(1e-12);
        for (const [k, corner] of box.entries()) expect(Math.abs(corner - (box2[k] ?? NaN)), name).toBeLessThan(1e-8);
      }
    }
  });
});
