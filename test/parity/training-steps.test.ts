/** @file Five steps of each optimiser against PyTorch in float64, on both engines: losses, weights, and logits afterwards. */
import { describe, expect, test } from 'vitest';
import type { Batch, Engine, Network } from '../../src/lib/engine/engine';
import { createSimdNetwork, openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { tensorsOf } from '../../src/lib/ops/tensors';
import { plainClasses } from '../../src/lib/task/objective';
import type { Update } from '../../src/lib/task/optimize';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { relativeGap } from '../support/compare';
import { toTheirs } from '../support/golden';
import { goldenTrainings, type GoldenTraining } from '../support/golden-training';
import { coreOfTests } from '../support/simd-core';
import { still } from '../support/updates';

if (goldenTrainings.length === 0) process.stdout.write('skipped: golden gradients.json is absent\n');

const STEPS = 5;
/** The loss after the last step is a pass in training mode, too: it moves the running statistics once more. */
const FORWARDS = STEPS + 1;
/** The decay of PyTorch's run reaches norms and biases, too, which ours spares. */
const WEIGHT_DECAY = 1e-3;
const core = await coreOfTests();
const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  simd: async () => openSimdEngine(core),
  'tfjs wasm': () => openTfjsEngine('wasm', { wasmPaths })
};

const common = { weightDecay: 0, clipNorm: null, averaging: null };
const sgd = (nesterov: boolean) => ({ kind: 'sgd', momentum: 0.9, nesterov }) as const;
const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decoupled: false } as const;
const rmsprop = { kind: 'rmsprop', decay: 0.9, momentum: 0.9, epsilon: 1e-3 } as const;
const updates: Readonly<Record<string, Update>> = {
  sgd_momentum: { ...common, learningRate: 0.05, optimizer: sgd(false) },
  adam: { ...common, learningRate: 0.01, optimizer: adam },
  rmsprop_tf: { ...common, learningRate: 0.005, optimizer: rmsprop }
};

const runs = goldenTrainings.flatMap((golden) =>
  Object.keys(golden.expected.losses)
    .filter((rule) => updates[rule])
    .flatMap((rule) => Object.keys(engines).map((engine) => ({ ...golden, rule, engine })))
);

/** Losses before each step and after the last. */
async function lossesOf(network: Network, batch: Batch, update: Update): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push((await network.trainStep(batch, plainClasses, update)).loss);
  return losses;
}

/** Running variances as PyTorch would hold them: it moves them by the unbiased variance of a batch, we by the biased one. */
function withUnbiasedVariances({ ops, tensors, batch }: GoldenTraining, after: Tensors): Tensors {
  const changed = ops.flatMap((op) => {
    if ((op.kind !== 'conv' && op.kind !== 'depthwise') || !op.norm) return [];
    const name = `${op.id}.variance`;
    const [first, last] = [tensors[name]?.data ?? [], after[name]];
    if (!last) throw new Error(`${name} must be there`);
    const rows = batch.count * op.out[0] * op.out[1];
    const left = op.norm.momentum ** FORWARDS;
    const data = last.data.map((value, c) => {
      const kept = left * (first[c] ?? NaN);
      return kept + ((value - kept) * rows) / (rows - 1);
    });
    return [[name, { shape: last.shape, data }] as const];
  });
  return { ...after, ...Object.fromEntries(changed) };
}

describe.runIf(goldenTrainings.length > 0)('five steps are those of PyTorch', () => {
  test('every optimiser of the golden files is run', () => {
    const rules = new Set(goldenTrainings.flatMap(({ expected }) => Object.keys(expected.losses)));
    expect([...rules].toSorted()).toEqual([...Object.keys(updates), 'sgd_nesterov_wd'].toSorted());
  });

  test.each(runs)('$rule: $name with $padding padding on $engine', async (run) => {
    const { arch, ops, tensors, batch, expected, rule, engine, padding } = run;
    const network = await (await engines[engine]!()).createNetwork(arch, tensors, batch.count);
    const losses = await lossesOf(network, batch, updates[rule]!);
    const last = await network.trainStep(batch, plainClasses, still);
    const after = await network.read();
    const wanted = expected.losses[rule]?.losses ?? [];
    expect(relativeGap(wanted, [...losses, last.loss])).toBeLessThan(5e-5);

    const golden = rule === 'sgd_momentum' ? expected.after_5_sgd_momentum : undefined;
    const learned = ops.flatMap((op) => tensorsOf(op).flatMap((spec) => (spec.trainable ? [{ op, spec }] : [])));
    for (const [i, [name, norm, first]] of (golden?.params ?? []).entries()) {
      const { op, spec } = learned[i]!;
      const ours = toTheirs(op, spec, after[spec.name]?.data ?? new Float32Array());
      expect(Math.abs(Math.hypot(...ours) - norm) / norm, name).toBeLessThan(1e-5);
      expect(relativeGap(first, ours.slice(0, first.length)), name).toBeLessThan(1e-4);
    }
    if (golden && padding === 'torch') {
      await network.write(withUnbiasedVariances(run, after));
      const logits = await network.forward(batch.images, batch.count);
      expect(relativeGap(golden.eval_logits.flat(), logits)).toBeLessThan(1e-4);
    }
    network.dispose();
  });

  const decayed = goldenTrainings.filter(({ expected }) => expected.losses['sgd_nesterov_wd']);

  test.each(decayed)('Nesterov momentum with decay: $name with $padding padding on simd', async (run) => {
    const { arch, tensors, batch, expected } = run;
    const network = createSimdNetwork(core, arch, tensors, batch.count);
    const update: Update = { ...common, learningRate: 0.05, weightDecay: WEIGHT_DECAY, optimizer: sgd(true) };
    const losses: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      losses.push(network.backward(batch, plainClasses).loss);
      // What our update spares of the decay: added to the gradients by hand, tensor after tensor of 64-byte places.
      const weights = await network.read();
      const gradients = network.gradients;
      let at = 0;
      for (const [name, { data }] of Object.entries(network.readGradients())) {
        expect(gradients.subarray(at, at + data.length), name).toEqual(data);
        const values = name.endsWith('.weight') ? null : weights[name]?.data;
        values?.forEach((value, i) => (gradients[at + i]! += WEIGHT_DECAY * value));
        at += Math.ceil(data.length / 16) * 16;
      }
      network.step(update);
    }
    losses.push(network.backward(batch, plainClasses).loss);
    network.dispose();
    expect(relativeGap(expected.losses['sgd_nesterov_wd']?.losses ?? [], losses)).toBeLessThan(5e-5);
  });

  const smoothed = goldenTrainings.flatMap((golden) => {
    const loss = golden.expected['loss_label_smoothing_0.1'];
    return loss === undefined ? [] : Object.keys(engines).map((engine) => ({ ...golden, loss, engine }));
  });

  test.each(smoothed)('a smoothed loss: $name with $padding padding on $engine', async (run) => {
    const { arch, tensors, batch, loss, engine } = run;
    const network = await (await engines[engine]!()).createNetwork(arch, tensors, batch.count);
    const result = await network.trainStep(batch, { ...plainClasses, smoothing: 0.1 }, still);
    network.dispose();
    expect(result.loss).toBeCloseTo(loss, 5);
  });
});
