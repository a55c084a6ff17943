/** @file Randomly drawn networks: the core's gradient of every tensor is that of TensorFlow.js on cpu, whatever the ops. */
import { memory } from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { openBackend, useBackend } from '../../src/lib/engine/tfjs/backend';
import { compareDrawn, drawnClassifiers, drawnDense } from '../support/gradient-cases';
import { asked, askedOfMaps, uncovered } from '../support/gradient-coverage';
import { expectedZeros } from '../support/gradient-zeros';
import { coreOfTests } from '../support/simd-core';

const core = await coreOfTests();

beforeAll(async () => {
  expect((await openBackend('cpu')).status).toBe('open');
});

test('every gradient of 66 drawn classifiers equals TensorFlow.js on cpu to 1e-3 of its largest', () => {
  useBackend('cpu');
  const start = memory().numTensors;
  const networks = drawnClassifiers({ tables: 36, graphs: 24, seed: 17, mostWork: 2e5 });
  expect(uncovered(asked, networks)).toEqual([]);
  const report = compareDrawn(core, networks);
  process.stdout.write(
    report.print(`the core's gradients beside TensorFlow.js cpu, ${networks.length} drawn networks`)
  );
  expect(report.wrong).toEqual([]);
  expect(report.zeros).toEqual(expectedZeros);
  expect(report.faint.length).toBeLessThanOrEqual(20);
  expect(report.compared).toBeGreaterThan(1900);
  expect(memory().numTensors).toBe(start);
}, 300_000);

test('so do those of drawn segmenters, decoders and detectors, from the loss of their maps back', () => {
  useBackend('cpu');
  const networks = drawnDense({ each: 6, seed: 7, mostWork: 1e5 });
  expect(uncovered(askedOfMaps, networks)).toEqual([]);
  const report = compareDrawn(core, networks);
  process.stdout.write(report.print('the same for networks that answer with maps'));
  expect(report.wrong).toEqual([]);
  // A later norm takes shifts away; boxes without a thing learn nothing, nor do the maps that only they read.
  const explained = /[.](beta|bias)$|^ssdlite \d head[.](boxes|classes|extra)\d[.]/;
  const others = report.zeros.filter((name) => !explained.test(name));
  expect(others).toEqual(['ssdlite 5 row02.squeeze.weight', 'ssdlite 5 row02.excite.weight']);
  expect(report.faint.length).toBeLessThanOrEqual(10);
  expect(report.compared).toBeGreaterThan(800);
}, 120_000);
