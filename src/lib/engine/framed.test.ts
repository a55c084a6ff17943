/** @file Tests of the core under its frame: who trains, who answers, and that both answer alike. */
import { memory } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { coreOfTests } from '../../../test/support/simd-core';
import { livelyTensors, randomBatch, smallNetworks } from '../../../test/support/small-networks';
import { plainClasses } from '$lib/task/objective';
import { optimizers, type Update } from '$lib/task/optimize';
import type { Tensor } from '$lib/weights/checkpoint';
import { CHECK_LIMIT, mustAgree, openFramedEngine, worstGap } from './framed';
import { openSimdEngine } from './simd/network';
import { openTfjsEngine } from './tfjs/network';

const arch = smallNetworks[1]!;
const update: Update = {
  learningRate: 0.05,
  weightDecay: 1e-3,
  optimizer: optimizers.sgd,
  clipNorm: null,
  averaging: null
};
const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const open = async () =>
  openFramedEngine(openSimdEngine(await coreOfTests()), await openTfjsEngine('wasm', { wasmPaths }));

describe('a framed network', () => {
  test('trains bit for bit as the bare core, and TensorFlow.js answers on the weights it gave back', async () => {
    const engine = await open();
    const bare = await openSimdEngine(await coreOfTests()).createNetwork(arch, livelyTensors(arch, 5), 6);
    const framed = await engine.createNetwork(arch, livelyTensors(arch, 5), 6);
    const before = memory().numTensors;
    const losses: [number, number][] = [];
    for (let step = 0; step < 4; step++) {
      const batch = randomBatch(arch, 6, step);
      const [own, expected] = [
        await framed.trainStep(batch, plainClasses, update),
        await bare.trainStep(batch, plainClasses, update)
      ];
      losses.push([own.loss, expected.loss]);
      if (step === 1) await framed.forward(batch.images, 6);
    }
    expect(losses.map(([own]) => own)).toEqual(losses.map(([, expected]) => expected));
    expect(await framed.read()).toEqual(await bare.read());
    const { images } = randomBatch(arch, 6, 99);
    const checked = await framed.compare(images, 6);
    expect(checked.against).toBe(engine.frame);
    expect(checked.worst).toBeGreaterThan(0);
    expect(checked.worst).toBeLessThan(CHECK_LIMIT);
    expect(worstGap([await bare.forward(images, 6)], [await framed.forward(images, 6)])).toBe(checked.worst);
    expect(memory().numTensors).toBe(before);
    framed.dispose();
    bare.dispose();
  });

  test('shows both engines what is written', async () => {
    const framed = await (await open()).createNetwork(arch, livelyTensors(arch, 5), 6);
    const { images } = randomBatch(arch, 6, 99);
    const [batch, other] = [randomBatch(arch, 6, 1), livelyTensors(arch, 6)];
    await framed.trainStep(batch, plainClasses, update);
    const trained = await framed.forward(images, 6);
    await framed.write(other);
    expect(await framed.read()).toEqual(other);
    expect(await framed.forward(images, 6)).not.toEqual(trained);
    expect((await framed.compare(images, 6)).worst).toBeLessThan(CHECK_LIMIT);
    framed.dispose();
  });

  test('leaves nothing behind', async () => {
    const engine = await open();
    const before = memory().numTensors;
    const framed = await engine.createNetwork(arch, livelyTensors(arch, 5), 6);
    await framed.trainStep(randomBatch(arch, 6, 1), plainClasses, update);
    await framed.read();
    framed.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

test('weights that answer with infinity are no quarrel of two engines', async () => {
  const start = livelyTensors(arch, 5);
  const framed = await (await open()).createNetwork(arch, start, 6);
  const huge = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((value) => value * 1e30) });
  await framed.write(Object.fromEntries(Object.entries(start).map(([name, tensor]) => [name, huge(tensor)])));
  await expect(framed.compare(randomBatch(arch, 6, 99).images, 6)).rejects.toThrow('the training came apart');
  framed.dispose();
});

describe('the check', () => {
  const of = (...values: number[]) => [Float32Array.from(values)];

  test.each([
    ['equal answers', of(1, -2), of(1, -2), 0],
    ['a gap as a share of the largest answer', of(1, -4.5), of(1, -4), 0.125],
    ['zeros on both sides', of(0, 0), of(0, 0), 0],
    ['a number that is none', of(1, NaN), of(1, 2), Infinity],
    ['a missing answer', of(1), of(1, 2), Infinity],
    ['a missing map', [], of(1), Infinity]
  ])('knows %s', (_, got, expected, worst) => {
    expect(worstGap(got, expected)).toBe(worst);
  });

  test('ends in a sentence when the gap is more than float32 explains', () => {
    expect(() => mustAgree({ against: 'tfjs 4.22.0 wasm', worst: 1e-4 }, 'simd')).not.toThrow();
    expect(() => mustAgree({ against: 'tfjs 4.22.0 wasm', worst: 2e-3 }, 'simd')).toThrow(
      'simd and tfjs 4.22.0 wasm must give the same answers on the same weights to 0.0001 of the largest, got 0.0020'
    );
    expect(() => mustAgree({ against: 'tfjs', worst: NaN }, 'simd')).toThrow('got NaN');
  });
});
