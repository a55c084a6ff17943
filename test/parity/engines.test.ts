/** @file Two independent engines, the SIMD core and TensorFlow.js, must agree on gradients, updates, statistics and logits. */
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import type { Engine } from '../../src/lib/engine/engine';
import { plainClasses } from '../../src/lib/task/objective';
import { dataOf, differing, gradientsOfStep, relativeGap } from '../support/compare';
import { coreOfTests } from '../support/simd-core';
import { livelyTensors, randomBatch, smallNetworks } from '../support/small-networks';
import { nesterov } from '../support/updates';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const steps = nesterov({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 });

const engines: Record<'simd' | 'tfjs wasm', () => Promise<Engine>> = {
  simd: async () => openSimdEngine(await coreOfTests()),
  'tfjs wasm': () => openTfjsEngine('wasm', { wasmPaths })
};

/** What is compared, by table: TensorFlow.js on cpu is slow and asked once. */
function once<T>(work: (engine: Engine, arch: Architecture) => Promise<T>): (arch: Architecture) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (arch) => {
    const found = known.get(arch.name) ?? openTfjsEngine('cpu').then((engine) => work(engine, arch));
    known.set(arch.name, found);
    return found;
  };
}

async function gradients(engine: Engine, arch: Architecture): Promise<Record<string, Float32Array>> {
  const network = await engine.createNetwork(arch, livelyTensors(arch, 5), 6);
  const found = await gradientsOfStep(network, randomBatch(arch, 6, 9));
  network.dispose();
  return found;
}

async function training(engine: Engine, arch: Architecture) {
  const network = await engine.createNetwork(arch, livelyTensors(arch, 5), 6);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    losses.push((await network.trainStep(randomBatch(arch, 6, step), plainClasses, steps)).loss);
  }
  const logits = await network.forward(randomBatch(arch, 3, 99).images, 3);
  const after = dataOf(await network.read());
  network.dispose();
  return { losses, logits, after };
}

const expectedGradients = once(gradients);
const expectedTraining = once(training);

describe.each(['simd', 'tfjs wasm'] as const)('%s against tfjs cpu', (name) => {
  test.each(smallNetworks)('the gradients of every tensor agree: $name', async (arch) => {
    const expected = await expectedGradients(arch);
    const got = await gradients(await engines[name](), arch);
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    expect(differing(expected, got, { limit: 1e-3, noise: 2e-6 })).toEqual([]);
  });

  test.each(smallNetworks)(
    'three Nesterov steps lead to the same weights, statistics and logits: $name',
    async (arch) => {
      const expected = await expectedTraining(arch);
      const got = await training(await engines[name](), arch);
      expect(relativeGap(expected.losses, got.losses)).toBeLessThan(1e-4);
      expect(relativeGap(expected.logits, got.logits)).toBeLessThan(1e-3);
      expect(differing(expected.after, got.after, { limit: 1e-3, noise: 1e-4 })).toEqual([]);
    }
  );
});
