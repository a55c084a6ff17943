/** @file Tests of the file a training goes on from: everything comes back, anything broken is refused by name. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { smallNetworks } from '../../test/support/small-networks';
import { defaultRecipe } from '$lib/engine/recipe';
import { lower } from '$lib/ops/lower';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';
import { toSafetensors } from '$lib/weights/safetensors';
import { writeSafetensors } from '$lib/weights/safetensors-format';
import type { TrainRequest } from '$workers/train/protocol';
import { mustBeSamePlan, planOf } from './training-plan';
import { loadState, saveState, statePathOf, type TrainingState } from './training-state';

const folder = mkdtempSync(join(tmpdir(), 'bneck-state-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const arch = smallNetworks[0]!;
const checkpoint = (epochs: number): Checkpoint => ({
  format: 1,
  arch,
  tensors: initTensors(lower(arch), epochs),
  from: {
    dataset: 'own',
    datasetSha256: 'ab',
    epochs,
    seed: 1,
    engine: 'simd relaxed 3f2a91c0 x2',
    validationAccuracy: 0.5
  }
});
const memory = { steps: { shape: [1], data: Float32Array.of(7) } };
const request: TrainRequest = {
  arch,
  data: { kind: 'bundled', id: 'fashion-mnist' },
  epochs: 8,
  batchSize: 32,
  learningRate: 0.05,
  seed: 1,
  engine: 'auto',
  start: null,
  recipe: defaultRecipe()
};
const plan = planOf(request);
const state: TrainingState = { plan, last: checkpoint(3), memory, best: checkpoint(2), epochs: [{ epoch: 1 }] };

describe('a state', () => {
  test('comes back as it was, also where the last epoch is the best', async () => {
    for (const one of [state, { ...state, best: state.last }]) {
      saveState(at('net.resume'), one);
      expect(await loadState(at('net.resume'))).toEqual(one);
    }
    expect(readdirSync(folder)).toEqual(['net.resume']);
    expect(statePathOf('runs/net.safetensors')).toBe('runs/net.resume');
  });

  test('that was cut anywhere is refused', async () => {
    saveState(at('whole.resume'), state);
    const whole = readFileSync(at('whole.resume'));
    for (let i = 0; i < 40; i++) {
      writeFileSync(at('cut.resume'), whole.subarray(0, Math.floor((whole.length * i) / 40)));
      await expect(loadState(at('cut.resume'))).rejects.toThrow(`--resume ${at('cut.resume')}: `);
    }
  });

  test('with a flipped bit anywhere in its numbers is refused', async () => {
    saveState(at('whole.resume'), state);
    const whole = readFileSync(at('whole.resume'));
    for (let i = 1; i < 20; i++) {
      const bytes = Uint8Array.from(whole);
      const place = Math.floor((whole.length * i) / 25);
      bytes[place] = bytes[place]! ^ 16;
      writeFileSync(at('bent.resume'), bytes);
      await expect(loadState(at('bent.resume')), String(place)).rejects.toThrow('--resume');
    }
  });

  test.each([
    ['nothing there', null, 'ENOENT'],
    ['another archive', { 'a.txt': new Uint8Array(3) }, 'must hold state.json'],
    ['an unknown format', { 'state.json': Buffer.from('{"format":2}') }, 'state.json: must hold format 1'],
    ['a plan of numbers', { 'state.json': Buffer.from('{"format":1,"plan":{"a":1},"epochs":[]}') }, 'a plan of texts'],
    [
      'numbers that are none',
      {
        'state.json': Buffer.from('{"format":1,"plan":{},"epochs":[]}'),
        'last.safetensors': toSafetensors(checkpoint(1)),
        'memory.safetensors': writeSafetensors({ 'a/velocity': { shape: [1], data: Float32Array.of(NaN) } }, {})
      },
      'memory.safetensors: a/velocity'
    ]
  ])('with %s is refused', async (name, parts, message) => {
    const path = at(`${name}.resume`);
    if (parts) writeFileSync(path, zipSync(parts));
    await expect(loadState(path)).rejects.toThrow(message);
  });
});

describe('a plan', () => {
  test.each<[Partial<TrainRequest>, string]>([
    [{ epochs: 9 }, 'goes on with --epochs 8, got 9'],
    [{ batchSize: 16 }, '--batch 32, got 16'],
    [{ learningRate: 0.1 }, '--rate 0.05, got 0.1'],
    [{ seed: 2 }, '--seed 1, got 2'],
    [{ arch: smallNetworks[1]! }, 'network'],
    [{ arch: { ...arch, classes: arch.classes + 1 } }, 'network'],
    [{ start: checkpoint(1) }, '--weights –, got'],
    [{ recipe: defaultRecipe({ averaging: 0.99 }) }, '--ema –, got 0.99'],
    [{ recipe: defaultRecipe({ smoothing: 0.1 }) }, '--smoothing 0, got 0.1'],
    [{ recipe: defaultRecipe({ augment: { flip: true, crop: 2, cutout: 0 } }) }, '--crop, --cutout'],
    [
      { recipe: defaultRecipe({ schedule: { kind: 'constant', warmupSteps: 3 } }) },
      '--warmup cosine 30, got constant 3'
    ],
    [{ teacher: { checkpoint: checkpoint(4), loss: { kind: 'mse', weight: 0.5 } } }, '--teacher –, got']
  ])('with %j is another one, by name', (change, message) => {
    const now = planOf({ ...request, ...change });
    expect(() => mustBeSamePlan('net.resume', plan, now)).toThrow(message);
  });

  test('of the same words is the same, whatever engine and workers', () => {
    const same = { ...request, engine: 'simd', workers: 2, memory } as const;
    expect(() => mustBeSamePlan('net.resume', plan, planOf(same))).not.toThrow();
  });
});
