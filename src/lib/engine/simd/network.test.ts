import { expect, test } from 'vitest';
import { coreOfTests } from '../../../../test/support/simd-core';
import { livelyTensors, randomBatch, smallNetworks } from '../../../../test/support/small-networks';
import { nesterov, still } from '../../../../test/support/updates';
import type { Architecture } from '../../arch/architecture';
import { lower } from '../../ops/lower';
import { initTensors } from '../../weights/init';
import { plainClasses } from '../../task/objective';
import { createSimdNetwork, openSimdEngine, type SimdNetwork } from './network';

const core = await coreOfTests();
const update = nesterov({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 });
const [even, odd] = smallNetworks as [Architecture, Architecture];

async function losses(network: SimdNetwork, count: number, steps: number): Promise<number[]> {
  const batch = randomBatch(network.arch, count, 5);
  const seen: number[] = [];
  for (let step = 0; step < steps; step++) seen.push((await network.trainStep(batch, plainClasses, update)).loss);
  return seen;
}

test('the engine names its build', () => {
  expect(openSimdEngine(core).build).toMatch(/^simd (plain|relaxed) [0-9a-f]{8}$/);
});

test.each([even, odd])('a network learns 64 random pictures by heart: $name', async (arch) => {
  const network = createSimdNetwork(core, arch, initTensors(lower(arch), 1), 64);
  const batch = randomBatch(arch, 64, 9);
  let correct = 0;
  for (let step = 0; step < 400 && correct < 64; step++)
    correct = (await network.trainStep(batch, plainClasses, update)).correct;
  network.dispose();
  expect(correct).toBe(64);
});

test('the same seed gives bit-equal losses and tensors, another seed does not', async () => {
  const build = (seed: number) => createSimdNetwork(core, odd, initTensors(lower(odd), seed), 16);
  const [first, second, other] = [build(4), build(4), build(5)];
  const wanted = await losses(first, 16, 6);
  expect(await losses(second, 16, 6)).toEqual(wanted);
  expect(await second.read()).toEqual(await first.read());
  expect(await losses(other, 16, 6)).not.toEqual(wanted);
});

test('memory stays constant over 200 steps', async () => {
  const network = createSimdNetwork(core, even, initTensors(lower(even), 1), 8);
  await losses(network, 8, 1);
  const { bytes } = network;
  await losses(network, 8, 199);
  await network.forward(randomBatch(even, 20, 3).images, 20);
  expect(network.bytes).toBe(bytes);
});

test('a short batch in a large network equals a network made for it', async () => {
  const tensors = livelyTensors(odd, 2);
  const large = createSimdNetwork(core, odd, tensors, 32);
  const fitting = createSimdNetwork(core, odd, tensors, 5);
  await large.trainStep(randomBatch(odd, 32, 1), plainClasses, still);
  await large.write(tensors);
  const noMomentum = nesterov({ learningRate: 0.05, weightDecay: 1e-4 });
  const batch = randomBatch(odd, 5, 2);
  expect(await large.trainStep(batch, plainClasses, noMomentum)).toEqual(
    await fitting.trainStep(batch, plainClasses, noMomentum)
  );
  expect(await large.read()).toEqual(await fitting.read());
});

test('inference in parts of maxBatch equals inference in one piece and leaves the tensors alone', async () => {
  const tensors = livelyTensors(odd, 2);
  const { images } = randomBatch(odd, 11, 3);
  const whole = createSimdNetwork(core, odd, tensors, 11);
  const parts = createSimdNetwork(core, odd, tensors, 4);
  expect(await parts.forward(images, 11)).toEqual(await whole.forward(images, 11));
  expect(await parts.read()).toEqual(tensors);
});

test('one step follows Nesterov momentum; decay skips norms and biases', async () => {
  const tensors = livelyTensors(even, 3);
  const network = createSimdNetwork(core, even, tensors, 4);
  const batch = randomBatch(even, 4, 4);
  const momentum = 0.9;
  const weightDecay = 0.01;
  const learningRate = 0.1;
  const velocity: Record<string, Float64Array> = {};
  for (let step = 0; step < 3; step++) {
    const before = await network.read();
    await network.trainStep(batch, plainClasses, nesterov({ learningRate, momentum, weightDecay }));
    const after = await network.read();
    for (const [name, gradient] of Object.entries(network.readGradients())) {
      const decay = name.endsWith('.weight') ? weightDecay : 0;
      const v = (velocity[name] ??= new Float64Array(gradient.data.length));
      const wanted = gradient.data.map((slope, i) => {
        const value = before[name]!.data[i]!;
        const g = slope + decay * value;
        v[i] = momentum * v[i]! + g;
        return value - learningRate * (g + momentum * v[i]);
      });
      const error = wanted.reduce((top, value, i) => Math.max(top, Math.abs(value - after[name]!.data[i]!)), 0);
      expect(error, `${name} at step ${step}`).toBeLessThan(1e-5);
    }
  }
});

test('a NaN in the pictures reaches the loss', async () => {
  const network = createSimdNetwork(core, even, initTensors(lower(even), 1), 4);
  const batch = randomBatch(even, 4, 4);
  batch.images[7] = NaN;
  expect((await network.trainStep(batch, plainClasses, update)).loss).toBeNaN();
});

test('the outputs of ops are given by id, in parts as in one piece; the last one is the answer', async () => {
  const tensors = livelyTensors(odd, 2);
  const { images } = randomBatch(odd, 5, 3);
  const parts = createSimdNetwork(core, odd, tensors, 2);
  const whole = createSimdNetwork(core, odd, tensors, 5);
  const ids = ['row02.depthwise', 'head.logits'];
  const found = await parts.activations(images, 5, ids);
  expect(found).toEqual(await whole.activations(images, 5, ids));
  expect(Object.keys(found)).toEqual(ids);
  expect(found['row02.depthwise']?.length).toBe(5 * 7 * 6 * 22);
  expect(found['head.logits']).toEqual(await parts.forward(images, 5));
  await expect(parts.activations(images, 5, ['row9'])).rejects.toThrow('op row9 must exist');
});

test('a network without a classifier gives its last map and refuses labels', async () => {
  const arch: Architecture = { ...even, head: { kind: 'features', outIndices: [0] } };
  const tensors = livelyTensors(arch, 2);
  const network = createSimdNetwork(core, arch, tensors, 4);
  expect((await network.forward(randomBatch(arch, 4, 3).images, 4)).length).toBe(4 * 3 * 3 * 16);
  await expect(network.trainStep(randomBatch(arch, 4, 1), plainClasses, update)).rejects.toThrow(
    'its head is features'
  );
});

test('wrong tensors, batches and use after dispose are refused in words', async () => {
  const tensors = initTensors(lower(even), 1);
  const { 'stem.weight': stem, ...rest } = tensors;
  const bent = { ...rest, 'stem.weight': { shape: [1], data: new Float32Array(1) } };
  expect(stem?.shape).toEqual([3, 3, 3, 8]);
  expect(() => createSimdNetwork(core, even, rest, 4)).toThrow('tensor stem.weight: must be given');
  expect(() => createSimdNetwork(core, even, bent, 4)).toThrow('must be [3, 3, 3, 8], got [1]');
  const network = createSimdNetwork(core, even, tensors, 4);
  await expect(network.trainStep(randomBatch(even, 5, 1), plainClasses, update)).rejects.toThrow(
    '1 to 4 pictures, got 5'
  );
  network.dispose();
  await expect(network.forward(new Float32Array(432), 1)).rejects.toThrow('after dispose');
});
