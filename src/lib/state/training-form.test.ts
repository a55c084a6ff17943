/** @file Tests of what a training's form asks for. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { ClassSet } from '$lib/data/dataset';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { askedOf, firstTrainForm, isOf, setAside, trainRequest, withOptimizer } from './training-form';

const data = { kind: 'bundled', id: 'fashion-mnist' } as const;
const given = { arch: mobileNetV3Small, data, epochs: 3, start: null };
const checkpoint = (epochs: number): Checkpoint => ({
  format: 1,
  arch: mobileNetV3Small,
  tensors: {},
  from: { dataset: '', datasetSha256: '', epochs, seed: 1, engine: '', validationAccuracy: null }
});

test('trainRequest(firstTrainForm) is SGD with a cosine, nothing smoothed, averaged or clipped', () => {
  expect(trainRequest(firstTrainForm, given)).toMatchObject({
    epochs: 3,
    batchSize: 32,
    learningRate: 0.05,
    engine: 'auto',
    recipe: {
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true },
      schedule: { kind: 'cosine' },
      weightDecay: 5e-4,
      smoothing: 0,
      averaging: null,
      clipNorm: null,
      augment: { flip: true, crop: 0, cutout: 0 }
    },
    start: null,
    memory: null
  });
});

test("trainRequest(form) mirrors a person's own pictures only when told to", () => {
  const split = { count: 1, images: new Uint8Array(1), labels: new Uint8Array(1) };
  const splits = { train: split, validation: split, test: split };
  const dataset: ClassSet = {
    kind: 'classes',
    id: 'own',
    name: 'own',
    shape: [1, 1, 1],
    classes: ['a', 'b'],
    sha256: '',
    mean: [0],
    std: [1],
    splits
  };
  const own = { ...given, data: { kind: 'own', dataset } as const };
  expect(trainRequest(firstTrainForm, own).recipe?.augment?.flip).toBe(false);
  expect(trainRequest({ ...firstTrainForm, mirror: 'on' }, own).recipe?.augment?.flip).toBe(true);
  expect(trainRequest({ ...firstTrainForm, mirror: 'off' }, given).recipe?.augment?.flip).toBe(false);
});

test('trainRequest(form) gives back what the optimizer remembered only at the very epoch it goes on from', () => {
  const memory = { ...checkpoint(2), tensors: { steps: { shape: [1], data: new Float32Array([9]) } } };
  const at = (epochs: number) =>
    trainRequest(firstTrainForm, { ...given, start: { checkpoint: checkpoint(epochs), memory } });
  expect(at(2).memory).toBe(memory.tensors);
  expect(at(1).memory).toBeNull();
  expect(at(2).start?.from.epochs).toBe(2);
});

test('withOptimizer(form, optimizer) moves the rate and the decay along, unless a person set them', () => {
  expect(withOptimizer(firstTrainForm, 'adamw')).toEqual({
    optimizer: 'adamw',
    learningRate: 0.003,
    weightDecay: 0.02
  });
  expect(withOptimizer({ ...firstTrainForm, learningRate: 0.1 }, 'adamw').learningRate).toBe(0.1);
});

test('setAside(form) counts the hidden fields that were changed', () => {
  expect(setAside(firstTrainForm)).toBe(0);
  expect(setAside({ ...firstTrainForm, ...withOptimizer(firstTrainForm, 'adamw') })).toBe(0);
  expect(setAside({ ...firstTrainForm, cutout: 8, smoothing: 0.1 })).toBe(2);
});

test('trainRequest(form) leaves out a memory of another training that came as far', () => {
  const other = { ...checkpoint(2), from: { ...checkpoint(2).from, seed: 7 }, tensors: {} };
  const start = { checkpoint: checkpoint(2), memory: other };
  expect(trainRequest(firstTrainForm, { ...given, start }).memory).toBeNull();
});

test('askedOf(request) gives back a request but for its table, pictures and tensors', () => {
  const request = trainRequest({ ...firstTrainForm, workers: 2 }, { ...given, start: null });
  const { arch: _, data: __, start: ___, memory: ____, ...asked } = request;
  expect(askedOf({ ...request, start: checkpoint(1), best: checkpoint(1) })).toEqual(asked);
});

test('isOf(data, from) knows bundled pictures by their name and own ones by their bytes', () => {
  const { from } = checkpoint(1);
  expect(isOf(data, { ...from, dataset: 'fashion-mnist' })).toBe(true);
  expect(isOf(data, { ...from, dataset: 'garment-scenes' })).toBe(false);
});
