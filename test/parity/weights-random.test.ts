/** @file Random tables: the float64 ops behind the golden fill against TensorFlow.js, and names of every convention. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { openBackend } from '$lib/engine/tfjs/backend';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import { goldenFill, goldenInput } from '$lib/weights/golden-weights';
import { conventions, namedTensors } from '$lib/weights/names/convention';
import { readNamed } from '$lib/weights/names/read-named';
import { writeNamed } from '$lib/weights/names/write-named';
import { finishOutput, rawOutput } from '$lib/weights/plain-forward';
import { relativeGap } from '../support/compare';
import { randomTables } from '../support/random-tables';
import { outputsInTfjs } from '../support/tfjs-forward';

const BATCH = 2;
const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const small = { width: 10, rows: 4, input: 14 } as const;

beforeAll(async () => {
  expect((await openBackend('wasm', { wasmPaths })).status).toBe('open');
});

test('every plain op gives what TensorFlow.js gives, fed alike', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(randomTables(small), fc.nat(1e6), (arch, seed) => {
      const [height, width, channels] = arch.input;
      const { tensors } = goldenFill(arch, seed, { batch: BATCH });
      const images = goldenInput([BATCH, height, width, channels], seed);
      const ops = lower(arch);
      const theirs = outputsInTfjs(ops, tensors, images, arch.input);
      for (const op of ops) {
        const inputs = op.inputs.map((id) => (id === '' ? images : (theirs.get(id)?.data ?? [])));
        const run = { inputs, batch: BATCH, tensors };
        const gap = relativeGap(theirs.get(op.id)?.data ?? [], finishOutput(op, rawOutput(op, run), run));
        expect(gap, op.id).toBeLessThan(1e-3);
        kinds.add(op.kind);
      }
    }),
    { numRuns: 150 }
  );
  expect([...kinds].toSorted()).toEqual(
    'add averagePool concat conv dense depthwise multiply pool resize transposedConv'.split(' ')
  );
});

test('goldenFill(arch, seed) fills every tensor with finite numbers, one stream each, and answers', () => {
  fc.assert(
    fc.property(randomTables(small), fc.nat(1e6), (arch, seed) => {
      const { tensors, draws, outputs } = goldenFill(arch, seed);
      const specs = lower(arch).flatMap(tensorsOf);
      expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual(
        specs.map(({ name, shape }) => [name, shape])
      );
      expect(draws.map(({ stream }) => stream)).toEqual(specs.map((_, i) => i));
      const all = [...Object.values(tensors).map(({ data }) => data), ...outputs];
      expect(all.every((numbers) => numbers.every(Number.isFinite))).toBe(true);
      expect(outputs.every(({ length }) => length > 0)).toBe(true);
    }),
    { numRuns: 150 }
  );
});

test('a convention either has no such network or names every tensor once and gives all back', () => {
  let known = 0;
  fc.assert(
    fc.property(
      randomTables({ width: 12, rows: 6, input: 12 }),
      fc.constantFrom(...conventions),
      (arch, convention) => {
        const named = namedTensors(arch, convention);
        const { tensors } = goldenFill(arch, 1);
        const written = writeNamed(tensors, arch, convention);
        expect(written === null).toBe(named === null);
        if (!named || !written) return;
        known += 1;
        expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
        const read = readNamed(written, arch);
        if (read.kind !== 'ok') throw new Error(JSON.stringify(read.issues.slice(0, 3)));
        expect(read.tensors).toEqual(tensors);
      }
    ),
    { numRuns: 600 }
  );
  // A fifth of the draws ask for our own names, which every table has.
  expect(known).toBeGreaterThan(60);
});

test('readNamed(tensors, arch) lists, whatever the tensors are, and never throws', () => {
  const parts = fc.constantFrom(
    'features',
    '0',
    '1',
    'conv',
    'block',
    'weight',
    'bias',
    'kernel',
    '/',
    '.',
    ':0',
    'stem'
  );
  const name = fc.array(parts, { minLength: 1, maxLength: 8 }).map((list) => list.join(''));
  const shape = fc.array(fc.nat(4), { maxLength: 5 });
  const tensorOf = shape.map((sides) => ({ shape: sides, data: new Float32Array(sides.reduce((a, b) => a * b, 1)) }));
  fc.assert(
    fc.property(
      randomTables({ rows: 3 }),
      fc.dictionary(name, tensorOf, { noNullPrototype: true }),
      (arch, tensors) => {
        const read = readNamed(tensors, arch);
        if (read.kind === 'mismatch') expect(read.issues.length).toBeGreaterThan(0);
        else expect(lower(arch).flatMap(tensorsOf)).toEqual([]);
      }
    ),
    { numRuns: 500 }
  );
});
