/** @file Tests of looking into a network and of timing a step. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { Look } from '$workers/look/protocol';
import { Looking, type Looker } from './looking.svelte';
import { StepTime } from './step-time.svelte';
import { firstTrainForm, trainRequest } from './training-form';

const data = { kind: 'bundled', id: 'fashion-mnist' } as const;
const checkpoint: Checkpoint = {
  format: 1,
  arch: mobileNetV3Small,
  tensors: {},
  from: { dataset: '', datasetSha256: '', epochs: 1, seed: 1, engine: '', validationAccuracy: null }
};
const lookOf = (label: number): Look => ({
  label,
  pixels: new Uint8Array(1),
  probabilities: new Float32Array([1]),
  maps: []
});

/** A worker with 45 pictures, each of the class of its place; a look ends when the test lets it. */
function worker() {
  const waiting: (() => void)[] = [];
  let closed = 0;
  const looker: Looker = {
    runner: {
      open: () => Promise.resolve({ count: 45, shape: [1, 1, 1], classes: ['a'] }),
      pictures: (from, count) =>
        Promise.resolve({
          pixels: new Uint8Array(count),
          labels: Uint8Array.from({ length: count }, (_, i) => from + i)
        }),
      look: (_, picture) =>
        new Promise((resolve, reject) => {
          waiting.push(() => (picture === 13 ? reject(new Error('picture 13: none')) : resolve(lookOf(picture))));
        })
    },
    close: () => (closed += 1)
  };
  return { looker, waiting, closed: () => closed };
}

test('Looking lays out pictures a page at a time and stops at both ends', async () => {
  const { looker } = worker();
  const looking = new Looking(() => Promise.resolve(looker));
  await looking.begin(data, [1, 1, 1]);
  expect([looking.page?.from, looking.page?.labels?.length]).toEqual([0, 20]);
  await looking.turn(40);
  expect([looking.page?.from, [...(looking.page?.labels ?? [])]]).toEqual([40, [40, 41, 42, 43, 44]]);
  await looking.turn(60);
  await looking.turn(-20);
  expect(looking.page?.from).toBe(40);
});

test('Looking shows the newest choice, whichever answer comes last', async () => {
  const { looker, waiting } = worker();
  const looking = new Looking(() => Promise.resolve(looker));
  await looking.begin(data, [1, 1, 1]);
  const both = [looking.show(checkpoint, 3), looking.show(checkpoint, 7)];
  await expect.poll(() => waiting.length).toBe(2);
  waiting[1]?.();
  waiting[0]?.();
  await Promise.all(both);
  expect([looking.picture, looking.look?.label, looking.busy]).toEqual([7, 7, false]);
});

test('Looking says why a look failed and forgets everything when closed', async () => {
  const { looker, waiting, closed } = worker();
  const looking = new Looking(() => Promise.resolve(looker));
  await looking.begin(data, [1, 1, 1]);
  const failing = looking.show(checkpoint, 13);
  await expect.poll(() => waiting.length).toBe(1);
  waiting[0]?.();
  await failing;
  expect(looking.problem).toBe('picture 13: none');
  looking.close();
  await expect.poll(closed).toBe(1);
  expect([looking.album, looking.page, looking.look, looking.picture]).toEqual([null, null, null, null]);
});

test('StepTime keeps a timed step for the settings it was timed with', async () => {
  const asked: number[] = [];
  const stepTime = new StepTime((request) => {
    asked.push(request.batchSize);
    return Promise.resolve({ kind: 'ok', stepMs: request.batchSize, answersMs: 0, engine: 'simd', why: '' });
  });
  const request = trainRequest(firstTrainForm, { arch: mobileNetV3Small, data, epochs: 1, start: null });
  expect(stepTime.of(request)).toBeNull();
  await stepTime.ask(request);
  await stepTime.ask({ ...request, epochs: 9, seed: 4 });
  expect(asked).toEqual([32]);
  expect(stepTime.of({ ...request, epochs: 9 })).toMatchObject({ stepMs: 32 });
  expect(stepTime.of({ ...request, batchSize: 64 })).toBeNull();
  await stepTime.ask({ ...request, batchSize: 64 });
  expect(asked).toEqual([32, 64]);
});

test('StepTime turns what was thrown into a reason and asks no second time', async () => {
  let asked = 0;
  const stepTime = new StepTime(() => {
    asked += 1;
    return Promise.reject(new Error('no memory'));
  });
  const request = trainRequest(firstTrainForm, { arch: mobileNetV3Small, data, epochs: 1, start: null });
  await stepTime.ask(request);
  await stepTime.ask(request);
  expect([asked, stepTime.of(request)]).toEqual([1, { kind: 'failed', reason: 'no memory' }]);
});
