/** @file Random tables: both engines build the shapes the lowering says, agree op by op, and learn the same. */
import { memory } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { Engine } from '../../src/lib/engine/engine';
import { createSimdNetwork, openSimdEngine } from '../../src/lib/engine/simd/network';
import { openBackend } from '../../src/lib/engine/tfjs/backend';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { lower } from '../../src/lib/ops/lower';
import type { Op } from '../../src/lib/ops/op';
import { differing, probe, relativeGap } from '../support/compare';
import { Deviations } from '../support/golden-forward';
import { randomTables } from '../support/random-tables';
import { coreOfTests } from '../support/simd-core';
import { livelyTensors, mapsNetwork, randomBatch } from '../support/small-networks';
import { outputsInTfjs } from '../support/tfjs-forward';

const core = await coreOfTests();
const deviations = new Deviations();
const COUNT = 2;
const RUNS = 500;
const TRAINED = 60;
const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';

beforeAll(async () => {
  const opening = await openBackend('wasm', { wasmPaths });
  expect(opening.status).toBe('open');
});

afterAll(() => {
  process.stdout.write(
    deviations.print('worst distance of the SIMD core from TensorFlow.js wasm in inference, by op kind')
  );
});

async function compare(arch: Architecture, ops: readonly Op[]): Promise<void> {
  const tensors = livelyTensors(arch, 5, ops);
  const { images } = randomBatch(arch, COUNT, 8);
  const expected = outputsInTfjs(ops, tensors, images, arch.input);
  const network = createSimdNetwork(core, arch, tensors, COUNT, ops);
  const got = await network.activations(
    images,
    COUNT,
    ops.map(({ id }) => id)
  );
  const answer = await network.forward(images, COUNT);
  network.dispose();
  for (const op of ops) {
    const one = expected.get(op.id);
    const other = got[op.id];
    expect(one?.shape, op.id).toEqual([COUNT, ...op.out]);
    expect(other?.length, op.id).toBe(COUNT * op.out[0] * op.out[1] * op.out[2]);
    const gap = relativeGap(one?.data ?? [], other ?? []);
    deviations.note(op.kind, 'simd', gap);
    expect(gap, op.id).toBeLessThan(1e-3);
  }
  expect(answer).toEqual(got[ops.at(-1)?.id ?? '']);
}

test(`${RUNS} random tables have the shapes the lowering says and one answer in both engines`, async () => {
  const start = memory().numTensors;
  const tables = randomTables({ width: 20, rows: 5, input: 20, classes: 6 });
  await fc.assert(
    fc.asyncProperty(tables, (arch) => compare(arch, lower(arch))),
    { numRuns: RUNS, seed: 3, endOnFailure: true }
  );
  expect(memory().numTensors).toBe(start);
}, 120_000);

test('the kinds that only masks and detections have agree, too', async () => {
  const { arch, ops } = mapsNetwork();
  await compare(arch, ops);
});

test(`${TRAINED} random classifiers have one loss and the same gradients in both engines`, async () => {
  const engines = [await openTfjsEngine('wasm', { wasmPaths }), openSimdEngine(core)] as const;
  const classifiers = randomTables({ width: 16, rows: 4, input: 16, classes: 5 }).filter(
    ({ head }) => head.kind === 'classifier'
  );
  const step = async (engine: Engine, arch: Architecture) => {
    const network = await engine.createNetwork(arch, livelyTensors(arch, 5), 6);
    const found = await probe(network, randomBatch(arch, 6, 9));
    network.dispose();
    return found;
  };
  await fc.assert(
    fc.asyncProperty(classifiers, async (arch) => {
      const expected = await step(engines[0], arch);
      const got = await step(engines[1], arch);
      expect(Math.abs(got.loss - expected.loss)).toBeLessThanOrEqual(1e-4 * Math.abs(expected.loss));
      expect(differing(expected.gradients, got.gradients, { limit: 3e-3, noise: 1e-5 })).toEqual([]);
    }),
    { numRuns: TRAINED, seed: 5, endOnFailure: true }
  );
}, 120_000);
