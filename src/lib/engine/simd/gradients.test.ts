import { expect, test } from 'vitest';
import { naiveLoss, type Numbers } from '../../../../test/support/naive-network';
import { coreOfTests } from '../../../../test/support/simd-core';
import { livelyTensors, mapsNetwork, randomBatch, smallNetworks } from '../../../../test/support/small-networks';
import { still } from '../../../../test/support/updates';
import { rngOf } from '../../base/rng';
import { lower } from '../../ops/lower';
import { plainClasses } from '../../task/objective';
import { createSimdNetwork } from './network';

/** So small that no activation crosses a kink of ReLU on the way; float64 still has 8 digits left. */
const STEP = 1e-7;
const PER_TENSOR = 3;

const cases = [...smallNetworks.map((arch) => ({ arch, ops: lower(arch) })), mapsNetwork()];

test.each(cases)('gradients equal float64 finite differences: $arch.name', async ({ arch, ops }) => {
  const tensors = livelyTensors(arch, 7, ops);
  const batch = randomBatch(arch, 2, 11);
  const builds = await Promise.all(
    (['best', 'plain'] as const).map(async (build) => {
      const network = createSimdNetwork(await coreOfTests(build === 'plain'), arch, tensors, 4, ops);
      const { loss } = await network.trainStep(batch, plainClasses, still);
      return { build, loss, gradients: network.readGradients() };
    })
  );

  const pairs = Object.entries(tensors).map(([name, tensor]) => [name, Float64Array.from(tensor.data)] as const);
  const numbers: Numbers = Object.fromEntries(pairs);
  const images = Float64Array.from(batch.images);
  const lossNow = (): number => naiveLoss(ops, numbers, images, batch.labels);
  for (const { loss, build } of builds) expect(loss, `loss of the ${build} build`).toBeCloseTo(lossNow(), 5);

  const rng = rngOf(3);
  const wrong: string[] = [];
  const learned = Object.keys(tensors).filter((name) => !/\.(mean|variance)$/.test(name));
  for (const name of learned) {
    const values = numbers[name]!;
    for (let probe = 0; probe < PER_TENSOR; probe++) {
      const at = probe === 0 ? values.length - 1 : rng.below(values.length);
      const held = values[at]!;
      values[at] = held + STEP;
      const up = lossNow();
      values[at] = held - STEP;
      const slope = (up - lossNow()) / (2 * STEP);
      values[at] = held;
      for (const { build, gradients } of builds) {
        const { data } = gradients[name]!;
        const largest = data.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
        const near = Math.abs(slope - data[at]!) <= 1e-3 * largest + 3e-6;
        if (!near) wrong.push(`${build}: ${name}[${at}] is ${data[at]}, must be ${slope}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
