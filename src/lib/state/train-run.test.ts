/** @file Tests of what a training shows. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { TrainEvent, TrainRequest } from '$workers/train/protocol';
import { beginTrain, closeTrain, foldTrain, restoredTrain, type TrainView } from './train-run';

const request: TrainRequest = {
  arch: mobileNetV3Small,
  data: { kind: 'bundled', id: 'fashion-mnist' },
  epochs: 4,
  batchSize: 64,
  learningRate: 0.1,
  seed: 1,
  engine: 'auto',
  start: null
};
const step = (epoch: number, done: number, stepsPerEpoch = 10): TrainEvent => ({
  kind: 'step',
  epoch,
  epochs: 4,
  step: done,
  stepsPerEpoch,
  loss: 1,
  accuracy: 0.5,
  learningRate: 0.1,
  imagesPerSecond: 300,
  elapsedMs: 100,
  remainingMs: 900
});
const epoch = (number: number, validationAccuracy: number, best = true): TrainEvent => ({
  kind: 'epoch',
  epoch: number,
  epochs: 4,
  trainLoss: 1,
  trainAccuracy: 0.5,
  validationLoss: 1,
  validationAccuracy,
  imagesPerSecond: 300,
  elapsedMs: 0,
  best,
  memory: { steps: { shape: [1], data: new Float32Array([number]) } },
  checkpoint: {
    format: 1,
    arch: mobileNetV3Small,
    tensors: {},
    from: { dataset: '', datasetSha256: '', epochs: number, seed: 1, engine: '', validationAccuracy }
  }
});

test('foldTrain(view, step) counts the share over all epochs', () => {
  const view = foldTrain(beginTrain(request), step(1, 15));
  expect(view.share).toBeCloseTo(1.5 / 4, 9);
  expect(view.steps.at(-1)?.at).toBe(1.5);
});

test('foldTrain(view, epoch) shows the last epoch that the worker says is kept', () => {
  const view = [epoch(1, 0.7), epoch(2, 0.8), epoch(3, 0.8, false)].reduce(foldTrain, beginTrain(request));
  expect(view.best?.epoch).toBe(2);
  expect(view.lines).toHaveLength(3);
  expect(foldTrain(beginTrain(request), epoch(1, 0.7, false)).best).toBeNull();
});

test('beginTrain(request, before) goes on with the curves of what it continues', () => {
  const event = epoch(1, 0.7);
  const before = foldTrain(beginTrain(request), event);
  const start = event.kind === 'epoch' ? event.checkpoint : null;
  const view = beginTrain({ ...request, start }, foldTrain(before, step(1, 13)));
  expect(view.lines.map((line) => line.epoch)).toEqual([1]);
  expect(view.steps).toEqual([]);
  expect(view.best?.epoch).toBe(1);
  expect(view.share).toBe(0.25);
});

test('foldTrain(view, epoch) leaves no tensors in what is stored at every epoch', () => {
  const view = foldTrain(beginTrain(request), epoch(1, 0.7));
  expect(JSON.stringify(view)).not.toMatch(/tensors|memory/);
});

test('foldTrain(view, step) merges old steps when a training is long, in order and without losing the newest', () => {
  const events = Array.from({ length: 5000 }, (_, i) => step(Math.floor(i / 1250), i + 1, 1250));
  const { steps } = events.reduce(foldTrain, beginTrain(request));
  const times = steps.map((point) => point.at);
  expect(steps.length).toBeLessThanOrEqual(600);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBeGreaterThan(3.9);
});

test('closeTrain(view, null) keeps what a stopped training showed', () => {
  const view = foldTrain(beginTrain(request), epoch(1, 0.7));
  expect(closeTrain(view, null)).toMatchObject({ lines: view.lines, remainingMs: null });
});

test('foldTrain(view, estimate) tells the time left before the first step', () => {
  const event = {
    kind: 'estimate',
    stepMs: 5,
    steps: 100,
    answersMs: 20,
    totalMs: 520,
    imagesPerSecond: 6400
  } as const;
  expect(foldTrain(beginTrain(request), event)).toMatchObject({ remainingMs: 520, imagesPerSecond: 6400 });
});

test('foldTrain(view, ready) keeps what was timed and what could not be had', () => {
  const candidates = [{ engine: 'simd', build: 'simd relaxed', stepMs: 5, moreThanMs: null }] as const;
  const refused = [{ engine: 'tfjs:webgpu', reason: 'no adapter' }] as const;
  const event: TrainEvent = {
    kind: 'ready',
    arch: mobileNetV3Small,
    changes: [],
    engine: 'simd relaxed',
    frame: 'tfjs wasm',
    why: 'fastest',
    warning: null,
    candidates,
    refused,
    workers: 2,
    dataset: 'Fashion-MNIST',
    metric: 'mIoU',
    pictures: 10_000,
    batchSize: 32
  };
  const view = foldTrain(beginTrain(request), event);
  expect(view).toMatchObject({ candidates, refused, workers: 2, metric: 'mIoU', frame: 'tfjs wasm', preparing: null });
});

test('foldTrain(view, checked) and (view, report) keep what the end of a training tells', () => {
  const checked = { against: 'tfjs wasm', worst: 3e-6 };
  const view = foldTrain(beginTrain(request), { kind: 'checked', checked });
  expect([view.checked, view.report]).toEqual([checked, null]);
});

test('restoredTrain(view) fills in what an earlier version did not keep', () => {
  const { report: _report, checked: _checked, candidates: _candidates, ...old } = beginTrain(request);
  expect(restoredTrain(old as TrainView)).toEqual(beginTrain(request));
});
