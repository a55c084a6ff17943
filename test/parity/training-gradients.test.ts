/** @file Randomly drawn networks: the core's gradient of every tensor is that of TensorFlow.js on cpu, whatever the ops. */
import { memory } from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { openBackend, useBackend } from '../../src/lib/engine/tfjs/backend';
import { compareDrawn, drawnClassifiers, drawnDense } from '../support/gradient-cases';
import { asked, coveredBy } from '../support/gradient-coverage';
import { coreOfTests } from '../support/simd-core';

const core = await coreOfTests();

beforeAll(async () => {
  expect((await openBackend('cpu')).status).toBe('open');
});

test('every gradient of 60 drawn classifiers equals TensorFlow.js on cpu to 1e-3 of its largest', () => {
  useBackend('cpu');
  const start = memory().numTensors;
  const networks = drawnClassifiers({ tables: 36, graphs: 24, seed: 17, mostWork: 2e5 });
  const covered = new Set(networks.flatMap(({ ops }) => coveredBy(ops)));
  const missing = Object.entries(asked).flatMap(([kind, forms]) =>
    forms.map((form) => `${kind}: ${form}`).filter((form) => !covered.has(form))
  );
  expect(missing).toEqual([]);
  const report = compareDrawn(core, networks);
  process.stdout.write(
    report.print(`the core's gradients beside TensorFlow.js cpu, ${networks.length} drawn networks`)
  );
  process.stdout.write(`covered: ${[...covered].toSorted().join('; ')}\n`);
  expect(report.wrong).toEqual([]);
  expect(report.zeros.length + report.faint.length).toBeLessThan(report.compared / 10);
  expect(memory().numTensors).toBe(start);
}, 120_000);

test('so do those of drawn segmenters, decoders and detectors, from the loss of their maps back', () => {
  useBackend('cpu');
  const report = compareDrawn(core, drawnDense({ each: 5, seed: 3, mostWork: 1e5 }));
  process.stdout.write(report.print('the same for networks that answer with maps'));
  expect(report.wrong).toEqual([]);
  expect(report.zeros.length + report.faint.length).toBeLessThan(report.compared / 5);
}, 60_000);
