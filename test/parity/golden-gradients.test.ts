/** @file Training mode against PyTorch in float64: loss, gradients and running statistics of tiny networks, on both engines. */
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/lib/engine/engine';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { tensorsOf } from '../../src/lib/ops/tensors';
import { probe, relativeGap } from '../support/compare';
import { toTheirs } from '../support/golden';
import { goldenNames, goldenTables, goldenTrainings } from '../support/golden-training';
import { coreOfTests } from '../support/simd-core';

if (goldenTrainings.length === 0) process.stdout.write('skipped: golden gradients.json is absent\n');

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  simd: async () => openSimdEngine(await coreOfTests()),
  'tfjs wasm': () => openTfjsEngine('wasm', { wasmPaths })
};

const runs = goldenTrainings.flatMap((golden) => Object.keys(engines).map((engine) => ({ ...golden, engine })));

describe.runIf(goldenTrainings.length > 0)('training mode is that of PyTorch', () => {
  test('every golden network has a table here', () => {
    expect(Object.keys(goldenTables).toSorted()).toEqual(goldenNames.toSorted());
  });

  test.each(runs)('$name with $padding padding on $engine', async (run) => {
    const { padding, engine, arch, ops, tensors, batch, expected, evalLogits } = run;
    const { images, count } = batch;
    const network = await (await engines[engine]!()).createNetwork(arch, tensors, count);
    if (padding === 'torch') {
      expect(relativeGap(evalLogits, await network.forward(images, count))).toBeLessThan(1e-4);
    }
    const { loss, gradients } = await probe(network, batch);
    const after = await network.read();
    network.dispose();
    const normed = ops.filter((op) => (op.kind === 'conv' || op.kind === 'depthwise') && op.norm !== null);
    for (const [i, [, mean, , variance]] of (expected.bn_after_one_forward?.rows ?? []).entries()) {
      const id = normed[i]?.id ?? '';
      expect(relativeGap(mean, after[`${id}.mean`]?.data.slice(0, mean.length) ?? []), id).toBeLessThan(1e-5);
      expect(relativeGap(variance, after[`${id}.variance`]?.data.slice(0, mean.length) ?? []), id).toBeLessThan(1e-6);
    }
    expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-5);
    const learned = ops.flatMap((op) => tensorsOf(op).flatMap((spec) => (spec.trainable ? [{ op, spec }] : [])));
    expect(learned.length).toBe(expected.grads.length);
    const wrong: string[] = [];
    for (const [i, { op, spec }] of learned.entries()) {
      const [theirName, length, sum, values] = expected.grads[i]!;
      const ours = toTheirs(op, spec, gradients[spec.name] ?? new Float32Array());
      const near = 2e-4 * length + 4e-6;
      const far = [
        Math.abs(Math.hypot(...ours) - length),
        Math.abs(ours.reduce((a, b) => a + b, 0) - sum) / Math.sqrt(ours.length),
        ...values.map((value, at) => Math.abs((ours[at] ?? NaN) - value))
      ];
      if (!far.every((distance) => distance < near)) {
        wrong.push(`${spec.name} (${theirName}): ${Math.max(...far).toExponential(1)} of ${length.toExponential(1)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
