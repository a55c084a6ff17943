/** @file Two independent engines, the SIMD core and TensorFlow.js, must agree on gradients, updates, statistics and logits. */
import { describe, expect, test } from 'vitest';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import type { Engine } from '../../src/lib/engine/engine';
import { dataOf, differing, gradientsOfStep, relativeGap } from '../support/compare';
import { coreOfTests } from '../support/simd-core';
import { livelyTensors, randomBatch, smallNetworks } from '../support/small-networks';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const steps = { learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 };

const engines: Record<'simd' | 'tfjs wasm', () => Promise<Engine>> = {
  simd: async () => openSimdEngine(await coreOfTests()),
  'tfjs wasm': () => openTfjsEngine('wasm', { wasmPaths })
};

describe.each(['simd', 'tfjs wasm'] as const)('%s against tfjs cpu', (name) => {
  test.each(smallNetworks)('the gradients of every tensor agree: $name', async (arch) => {
    const tensors = livelyTensors(arch, 5);
    const batch = randomBatch(arch, 6, 9);
    const gradients = async (engine: Engine): Promise<Record<string, Float32Array>> => {
      const network = await engine.createNetwork(arch, tensors, 6);
      const found = await gradientsOfStep(network, batch);
      network.dispose();
      return found;
    };
    const expected = await gradients(await openTfjsEngine('cpu'));
    const got = await gradients(await engines[name]());
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    expect(differing(expected, got, { limit: 1e-3, noise: 2e-6 })).toEqual([]);
  });

  test.each(smallNetworks)(
    'four Nesterov steps lead to the same weights, statistics and logits: $name',
    async (arch) => {
      const tensors = livelyTensors(arch, 5);
      const run = async (engine: Engine) => {
        const network = await engine.createNetwork(arch, tensors, 6);
        const losses: number[] = [];
        for (let step = 0; step < 4; step++) {
          losses.push((await network.trainStep(randomBatch(arch, 6, step), steps)).loss);
        }
        const logits = await network.forward(randomBatch(arch, 3, 99).images, 3);
        const after = dataOf(await network.read());
        network.dispose();
        return { losses, logits, after };
      };
      const expected = await run(await openTfjsEngine('cpu'));
      const got = await run(await engines[name]());
      expect(relativeGap(expected.losses, got.losses)).toBeLessThan(1e-4);
      expect(relativeGap(expected.logits, got.logits)).toBeLessThan(1e-3);
      expect(differing(expected.after, got.after, { limit: 1e-3, noise: 1e-4 })).toEqual([]);
    }
  );
});
