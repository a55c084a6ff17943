/** @file Tests of what a pruning run shows. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { NetAdaptStep } from '$lib/netadapt/step';
import type { AdaptRequest } from '$workers/adapt/protocol';
import { beginPrune, closePrune, foldPrune, latenciesOf, pruneShare } from './prune-run';

const checkpoint = {
  format: 1,
  arch: mobileNetV3Small,
  tensors: {},
  from: { dataset: '', datasetSha256: '', epochs: 1, seed: 1, engine: '', validationAccuracy: 0.8 }
} as const;
const step = (index: number, fromMs: number, latencyMs: number): NetAdaptStep => ({
  index,
  fromMs,
  fromAccuracy: 0.8,
  targetMs: latencyMs,
  proposals: [],
  chosen: 'row01.expand',
  latencyMs,
  accuracy: 0.79,
  arch: mobileNetV3Small,
  kept: []
});
const request: AdaptRequest = {
  checkpoint,
  data: { kind: 'bundled', id: 'fashion-mnist' },
  engine: 'auto',
  runtime: 'tfjs-wasm',
  budget: { kind: 'share', share: 0.7 },
  delta: 0.04,
  rule: 'v3',
  fineTunePictures: 100,
  finishEpochs: 0,
  seed: 1,
  workers: 1,
  table: null,
  finished: [],
  maxSteps: null
};
const started = foldPrune({ ...beginPrune(request), budgetMs: 7 }, { kind: 'baseline', latencyMs: 10, accuracy: 0.8 });

test('latenciesOf(view) starts at the network before any cut', () => {
  const view = foldPrune(started, { kind: 'step', step: step(1, 10, 9), checkpoint });
  expect(latenciesOf(view)).toEqual([10, 9]);
});

test('pruneShare(view) is how far the time has come towards the target', () => {
  const view = foldPrune(started, { kind: 'step', step: step(1, 10, 8.5), checkpoint });
  expect(pruneShare(started)).toBe(0);
  expect(pruneShare(view)).toBeCloseTo(0.5, 9);
});

test('beginPrune(request) takes up the steps of an interrupted run', () => {
  const view = beginPrune({ ...request, finished: [step(1, 10, 9)] });
  expect(latenciesOf(view)).toEqual([10, 9]);
});

test('foldPrune(view, step) replaces a step that is replayed', () => {
  const once = foldPrune(started, { kind: 'step', step: step(1, 10, 9), checkpoint });
  const twice = foldPrune(once, { kind: 'step', step: step(1, 10, 9), checkpoint });
  expect(twice.steps).toHaveLength(1);
});

test('closePrune(view, null) keeps the steps of a stopped run', () => {
  const view = foldPrune(started, { kind: 'step', step: step(1, 10, 9), checkpoint });
  expect(closePrune(view, null)).toMatchObject({ steps: view.steps, outcome: null, stage: 'done' });
});
