import { memory } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { gradientsOfStep, relativeGap } from '../../../../test/support/compare';
import { livelyTensors, randomBatch, smallNetworks } from '../../../../test/support/small-networks';
import { nesterov, still } from '../../../../test/support/updates';
import type { Architecture } from '../../arch/architecture';
import { plainClasses } from '../../task/objective';
import type { Engine, Network } from '../engine';
import { openTfjsEngine } from './network';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const arch = smallNetworks[0] as Architecture;
const tensors = livelyTensors(arch, 3);
const batch = randomBatch(arch, 6, 1);

let cpu: Engine;
beforeAll(async () => {
  cpu = await openTfjsEngine('cpu');
});

const build = (engine: Engine, maxBatch = 8): Promise<Network> => engine.createNetwork(arch, tensors, maxBatch);

describe('the network in TensorFlow.js', () => {
  test('updates as Nesterov SGD with decay on weights only, over two steps', async () => {
    const { learningRate, momentum, weightDecay } = { learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 };
    const update = nesterov({ learningRate, momentum, weightDecay });
    const first = await gradientsOfStep(await build(cpu), batch);
    const network = await build(cpu);
    await network.trainStep(batch, plainClasses, update);
    const middle = await network.read();
    const second = await gradientsOfStep(await cpu.createNetwork(arch, middle, 8), batch);
    await network.trainStep(batch, plainClasses, update);
    const after = await network.read();
    network.dispose();
    for (const name of ['head.logits.weight', 'row02.depthwise.weight', 'head.logits.bias', 'stem.gamma']) {
      const decay = name.endsWith('.weight') ? weightDecay : 0;
      const expected = Float32Array.from(tensors[name]?.data ?? [], (start, i) => {
        const d1 = (first[name]?.[i] ?? NaN) + decay * start;
        const w1 = start - learningRate * (d1 + momentum * d1);
        const d2 = (second[name]?.[i] ?? NaN) + decay * w1;
        return w1 - learningRate * (d2 + momentum * (momentum * d1 + d2));
      });
      expect(relativeGap(expected, after[name]?.data ?? []), name).toBeLessThan(1e-5);
    }
  });

  test('running statistics keep the share `momentum` and take the rest from the batch, variance biased', async () => {
    const one = { ...arch, norm: { epsilon: 1e-3, momentum: 0 } };
    const fresh = await cpu.createNetwork(one, tensors, 8);
    await fresh.trainStep(batch, plainClasses, still);
    const ofBatch = await fresh.read();
    fresh.dispose();
    const network = await build(cpu);
    await network.trainStep(batch, plainClasses, still);
    const after = await network.read();
    network.dispose();
    for (const name of ['stem.mean', 'stem.variance', 'row02.project.variance']) {
      const kept = arch.norm?.momentum ?? NaN;
      const expected = (tensors[name]?.data ?? new Float32Array()).map(
        (value, i) => kept * value + (1 - kept) * (ofBatch[name]?.data[i] ?? NaN)
      );
      expect(relativeGap(expected, after[name]?.data ?? []), name).toBeLessThan(1e-5);
    }
  });

  test('counts the pictures whose largest logit is the label', async () => {
    const network = await build(cpu);
    // A bias that no feature can outweigh makes class 2 the answer to every picture.
    const bias = new Float32Array(arch.classes);
    bias[2] = 1e6;
    network.dispose();
    const sure = await cpu.createNetwork(
      arch,
      { ...tensors, 'head.logits.bias': { shape: [arch.classes], data: bias } },
      8
    );
    const labels = Uint8Array.from([2, 2, 0, 2, 1, 2]);
    const { correct } = await sure.trainStep({ ...batch, labels }, plainClasses, still);
    sure.dispose();
    expect(correct).toBe(4);
  });

  test.each(['cpu', 'wasm'] as const)('leaks no tensor on %s', async (backend) => {
    const engine = await openTfjsEngine(backend, { wasmPaths });
    const start = memory().numTensors;
    const network = await build(engine);
    await network.trainStep(batch, plainClasses, still);
    const held = memory().numTensors;
    await network.trainStep(batch, plainClasses, still);
    await network.forward(batch.images, batch.count);
    await network.activations(batch.images, batch.count, ['stem', 'row02.depthwise']);
    await expect(network.activations(batch.images, batch.count, ['row9'])).rejects.toThrow('op row9 must exist');
    await network.read();
    expect(memory().numTensors).toBe(held);
    network.dispose();
    expect(memory().numTensors).toBe(start);
  });

  test('copies what it is given and what it gives out', async () => {
    const network = await build(cpu);
    const name = 'head.logits.bias';
    const out = await network.read();
    out[name]?.data.fill(9);
    expect((await network.read())[name]?.data).toEqual(tensors[name]?.data);
    network.dispose();
  });

  test('gives the outputs of ops by id; without a classifier, the last map, and no training', async () => {
    const bare: Architecture = { ...arch, head: { kind: 'features', outIndices: [0] } };
    const network = await cpu.createNetwork(bare, tensors, 8);
    const maps = await network.activations(batch.images, batch.count, ['row01.add', 'row03.add']);
    expect(maps['row01.add']?.length).toBe(6 * 6 * 6 * 8);
    expect(maps['row03.add']).toEqual(await network.forward(batch.images, batch.count));
    await expect(network.trainStep(batch, plainClasses, still)).rejects.toThrow('its head is features');
    network.dispose();
  });

  test('refuses a batch above the bound, a missing tensor and one of another size, with the reason', async () => {
    const network = await build(cpu, 4);
    await expect(network.forward(batch.images, 5)).rejects.toThrow('1 to 4, got 5');
    network.dispose();
    await expect(cpu.createNetwork(arch, {}, 4)).rejects.toThrow('stem.weight must be given');
    const short = { ...tensors, 'stem.gamma': { shape: [1], data: new Float32Array(1) } };
    await expect(cpu.createNetwork(arch, short, 4)).rejects.toThrow('stem.gamma: must have 8 elements, got 1');
  });
});
