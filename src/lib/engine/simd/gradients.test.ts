import { describe, expect, test } from 'vitest';
import { naiveLoss, type Numbers } from '../../../../test/support/naive-network';
import { coreOfTests } from '../../../../test/support/simd-core';
import { livelyTensors, randomBatch, smallNetworks } from '../../../../test/support/small-networks';
import { rngOf } from '../../base/rng';
import { lower } from '../../ops/lower';
import { createSimdNetwork } from './network';

const still = { learningRate: 0, momentum: 0, weightDecay: 0 };
/** So small that no activation crosses a kink of ReLU on the way; float64 still has 8 digits left. */
const STEP = 1e-7;
const PER_TENSOR = 6;

describe.each(['best', 'plain'] as const)('the %s build', (build) => {
  test.each(smallNetworks)('gradients equal float64 finite differences: $name', async (arch) => {
    const core = await coreOfTests(build === 'plain');
    const tensors = livelyTensors(arch, 7);
    const batch = randomBatch(arch, 3, 11);
    const network = createSimdNetwork(core, arch, tensors, 4);
    const { loss } = await network.trainStep(batch, still);
    const gradients = network.gradients();
    network.dispose();

    const ops = lower(arch);
    const numbers: Numbers = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, Float64Array.from(tensor.data)])
    );
    const images = Float64Array.from(batch.images);
    const lossNow = (): number => naiveLoss(ops, numbers, images, batch.labels);
    expect(loss).toBeCloseTo(lossNow(), 5);

    const rng = rngOf(3);
    const wrong: string[] = [];
    for (const [name, { data }] of Object.entries(gradients)) {
      const largest = data.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
      const values = numbers[name]!;
      for (let probe = 0; probe < PER_TENSOR; probe++) {
        const at = probe === 0 ? data.length - 1 : rng.below(data.length);
        const held = values[at]!;
        values[at] = held + STEP;
        const up = lossNow();
        values[at] = held - STEP;
        const down = lossNow();
        values[at] = held;
        const slope = (up - down) / (2 * STEP);
        const error = Math.abs(slope - data[at]!);
        if (!(error <= 1e-3 * largest + 3e-6)) wrong.push(`${name}[${at}] is ${data[at]}, must be ${slope}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(Object.keys(gradients).length).toBe(
      Object.keys(tensors).filter((name) => !/\.(mean|variance)$/.test(name)).length
    );
  });
});
