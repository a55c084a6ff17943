import {
  losses,
  reshape,
  tensor,
  tensor2d,
  tensor4d,
  variable,
  variableGrads,
  type Scalar,
  type Tensor2D,
  type Variable
} from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { dataOf, differing } from '../../../../test/support/compare';
import { coreOfTests } from '../../../../test/support/simd-core';
import { livelyTensors, mapsNetwork, randomBatch } from '../../../../test/support/small-networks';
import { still } from '../../../../test/support/updates';
import { plainClasses } from '../../task/objective';
import { createSimdNetwork } from '../simd/network';
import { openBackend } from './backend';
import { BatchStatistics } from './batch-norm';
import { forward } from './forward';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const { arch, ops } = mapsNetwork();
const tensors = livelyTensors(arch, 7, ops);
const batch = randomBatch(arch, 3, 11);

// The SIMD core's gradients of these very ops equal float64 differences (simd/gradients.test.ts).
test.each(['cpu', 'wasm'] as const)(
  'the gradients through every kind of map are those of the SIMD core: %s',
  async (backend) => {
    const network = createSimdNetwork(await coreOfTests(), arch, tensors, batch.count, ops);
    const { loss } = await network.trainStep(batch, plainClasses, still);
    const expected = dataOf(network.readGradients());
    network.dispose();

    expect((await openBackend(backend, { wasmPaths })).status).toBe('open');
    const held = new Map<string, Variable>();
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      held.set(name, variable(tensor(data, [...shape]), true, `${backend} ${name}`));
    }
    const oneHot = Array.from(batch.labels, (label) =>
      Array.from({ length: arch.classes }, (_, c) => Number(c === label))
    );
    const statistics = new BatchStatistics();
    const { value, grads } = variableGrads(
      () => {
        const out = forward(ops, tensor4d(batch.images, [batch.count, ...arch.input]), {
          tensorOf: (name) => held.get(name)!,
          mode: { kind: 'training', statistics }
        });
        return losses.softmaxCrossEntropy<Tensor2D, Scalar>(
          tensor2d(oneHot),
          reshape(out, [batch.count, arch.classes])
        );
      },
      [...held].filter(([name]) => name in expected).map(([, kept]) => kept)
    );
    expect((await value.data())[0]).toBeCloseTo(loss, 5);
    const got: Record<string, Float32Array> = {};
    for (const name of Object.keys(expected)) got[name] = await grads[`${backend} ${name}`]!.data<'float32'>();
    expect(differing(expected, got, { limit: 1e-3, noise: 2e-6 })).toEqual([]);
  }
);
