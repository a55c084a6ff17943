/** @file More drawn networks than the daily tests compare, larger and with another seed: the core's gradients are those of TensorFlow.js cpu. */
import { beforeAll, expect, test } from 'vitest';
import { openBackend, useBackend } from '../../src/lib/engine/tfjs/backend';
import { compareDrawn, drawnClassifiers, drawnDense } from '../support/gradient-cases';
import { coreOfTests } from '../support/simd-core';

beforeAll(async () => {
  expect((await openBackend('cpu')).status).toBe('open');
});

test('150 classifiers and 45 networks that answer with maps', async () => {
  useBackend('cpu');
  const seed = 2026;
  const classifiers = drawnClassifiers({ tables: 90, graphs: 60, seed, mostWork: 6e5 });
  const report = compareDrawn(await coreOfTests(), [...classifiers, ...drawnDense({ each: 15, seed, mostWork: 3e5 })]);
  process.stdout.write(report.print('gradients beside TensorFlow.js cpu'));
  expect(report.wrong).toEqual([]);
});
