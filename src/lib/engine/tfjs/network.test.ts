import { memory } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { Architecture } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import type { Batch, Network } from '../engine';
import { goldenInput, goldenTensors, readGolden, type ForwardGolden } from '../../../../test/support/golden';
import { openTfjsEngine } from './network';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';

/** Strides, both kernels, SE, residual, every non-linearity and asymmetric zeros in a few thousand weights. */
const tiny: Architecture = {
  ...mobileNetV3Small,
  name: 'tiny',
  input: [13, 12, 3],
  classes: 5,
  stem: { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 },
  rows: [
    { kind: 'bneck', kernel: 3, expSize: 8, out: 8, se: { channels: 4 }, nl: 'relu', stride: 1 },
    { kind: 'bneck', kernel: 5, expSize: 24, out: 12, se: null, nl: 'hardSwish', stride: 2 },
    { kind: 'bneck', kernel: 5, expSize: 20, out: 12, se: { channels: 8 }, nl: 'hardSwish', stride: 1 },
    { kind: 'separable', kernel: 3, out: 16, nl: 'relu6', stride: 2 }
  ],
  head: { kind: 'classifier', conv: { out: 24, nl: 'hardSwish' }, hidden: { out: 16, nl: 'hardSwish' } }
};

function randomTensors(arch: Architecture, seed: number): Tensors {
  const rng = rngOf(seed);
  const tensors: Record<string, Tensor> = {};
  for (const spec of lower(arch).flatMap(tensorsOf)) {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    const centre = spec.role === 'gamma' || spec.role === 'variance' ? 1 : 0;
    tensors[spec.name] = {
      shape: spec.shape,
      data: Float32Array.from({ length: size }, () => centre + 0.3 * rng.normal())
    };
    if (spec.role === 'variance') tensors[spec.name]?.data.forEach((v, i, all) => (all[i] = Math.abs(v) + 0.1));
  }
  return tensors;
}

function randomBatch(arch: Architecture, count: number): Batch {
  const rng = rngOf(7);
  const size = arch.input[0] * arch.input[1] * arch.input[2];
  return {
    count,
    images: Float32Array.from({ length: count * size }, () => rng.normal()),
    labels: Uint8Array.from({ length: count }, () => rng.below(arch.classes))
  };
}

/** Largest difference, relative to the largest value of the first. */
function relativeGap(a: Float32Array, b: Float32Array): number {
  let gap = 0;
  let largest = 1e-12;
  a.forEach((value, i) => {
    gap = Math.max(gap, Math.abs(value - (b[i] ?? NaN)));
    largest = Math.max(largest, Math.abs(value));
  });
  return gap / largest;
}

const plain = { learningRate: 0.1, momentum: 0, weightDecay: 0 };

async function build(backend: 'cpu' | 'wasm', arch: Architecture): Promise<Network> {
  const engine = await openTfjsEngine(backend, { wasmPaths });
  return engine.createNetwork(arch, randomTensors(arch, 3), 16);
}

describe('the TensorFlow.js engine', () => {
  const golden = readGolden<ForwardGolden>('forward/tv_mobilenet_v3_small_w1.json');
  if (!golden) process.stdout.write('skipped: ../shared/golden is absent, the forward pass was not compared\n');

  test.runIf(golden).each(['symmetric', 'same'] as const)(
    'gives the logits of torchvision MobileNetV3-Small on wasm with %s padding',
    async (padding) => {
      if (!golden) return;
      const arch: Architecture = { ...mobileNetV3Small, input: [64, 64, 3], padding };
      const engine = await openTfjsEngine('wasm', { wasmPaths });
      const network = await engine.createNetwork(arch, goldenTensors(lower(arch), golden), 2);
      const logits = await network.forward(goldenInput(golden), 2);
      network.dispose();
      const expected = (padding === 'same' ? golden.tfsame : golden.torch).output.values;
      expect(logits.length).toBe(expected.length);
      expect(relativeGap(Float32Array.from(expected), logits)).toBeLessThan(1e-4);
    },
    60_000
  );

  test.each(['same', 'symmetric'] as const)(
    'trains on wasm with the numbers of cpu, through the composed gradients (%s)',
    async (padding) => {
      const arch = { ...tiny, padding };
      const batch = randomBatch(arch, 6);
      const [cpu, wasm] = [await build('cpu', arch), await build('wasm', arch)];
      const before = await cpu.read();
      const a = await cpu.trainStep(batch, plain);
      const b = await wasm.trainStep(batch, plain);
      expect(b.loss).toBeCloseTo(a.loss, 4);
      expect(b.correct).toBe(a.correct);
      const [left, right] = [await cpu.read(), await wasm.read()];
      for (const [name, { data }] of Object.entries(left)) {
        const start = before[name]?.data ?? new Float32Array();
        const move = data.map((value, i) => value - (start[i] ?? 0));
        const other = (right[name]?.data ?? new Float32Array()).map((value, i) => value - (start[i] ?? 0));
        // The beta of a linear projection feeds another batch norm: its true gradient is 0, both sides give rounding noise.
        if (Math.max(...move.map(Math.abs)) > 1e-5) expect(relativeGap(move, other), name).toBeLessThan(2e-3);
      }
      cpu.dispose();
      wasm.dispose();
    },
    60_000
  );

  test('descends: the step equals a finite difference of the loss', async () => {
    const arch = { ...tiny, norm: { epsilon: 1e-3, momentum: 0.9 } };
    const batch = randomBatch(arch, 6);
    const engine = await openTfjsEngine('cpu');
    const tensors = randomTensors(arch, 3);
    const lossWith = async (shift: number): Promise<number> => {
      const data = tensors['row02.depthwise.weight']?.data.slice() ?? new Float32Array();
      data[7] = (data[7] ?? 0) + shift;
      const shape = tensors['row02.depthwise.weight']?.shape ?? [];
      const network = await engine.createNetwork(arch, { ...tensors, 'row02.depthwise.weight': { shape, data } }, 6);
      const { loss } = await network.trainStep(batch, plain);
      network.dispose();
      return loss;
    };
    const slope = ((await lossWith(1e-2)) - (await lossWith(-1e-2))) / 2e-2;
    const network = await engine.createNetwork(arch, tensors, 6);
    await network.trainStep(batch, plain);
    const moved = (await network.read())['row02.depthwise.weight']?.data[7] ?? NaN;
    network.dispose();
    expect(((tensors['row02.depthwise.weight']?.data[7] ?? NaN) - moved) / plain.learningRate).toBeCloseTo(slope, 3);
  });

  test('updates as Nesterov SGD with decay on weights only, and running statistics keep their share', async () => {
    const batch = randomBatch(tiny, 6);
    const tensors = randomTensors(tiny, 3);
    const engine = await openTfjsEngine('cpu');
    const gradientOf = async (name: string): Promise<number> => {
      const probe = await engine.createNetwork(tiny, tensors, 6);
      await probe.trainStep(batch, plain);
      const after = (await probe.read())[name]?.data[0] ?? NaN;
      probe.dispose();
      return ((tensors[name]?.data[0] ?? NaN) - after) / plain.learningRate;
    };
    const options = { learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 };
    const network = await engine.createNetwork(tiny, tensors, 6);
    await network.trainStep(batch, options);
    const after = await network.read();
    network.dispose();
    for (const [name, decay] of [
      ['head.logits.weight', 0.01],
      ['head.logits.bias', 0],
      ['stem.gamma', 0]
    ] as const) {
      const w = tensors[name]?.data[0] ?? NaN;
      const d = (await gradientOf(name)) + decay * w;
      expect(after[name]?.data[0], name).toBeCloseTo(w - 0.05 * (d + 0.9 * d), 5);
    }
    const kept = tiny.norm.momentum;
    const drift = (after['stem.mean']?.data[0] ?? NaN) - kept * (tensors['stem.mean']?.data[0] ?? NaN);
    expect(Math.abs(drift)).toBeLessThan(5 * (1 - kept));
    expect(after['stem.mean']?.data[0]).not.toBe(tensors['stem.mean']?.data[0]);
  });

  test.each(['cpu', 'wasm'] as const)('leaks no tensor on %s', async (backend) => {
    const start = memory().numTensors;
    const network = await build(backend, tiny);
    const batch = randomBatch(tiny, 4);
    await network.trainStep(batch, plain);
    const held = memory().numTensors;
    for (let i = 0; i < 2; i++) await network.trainStep(batch, plain);
    await network.forward(batch.images, 4);
    await network.read();
    expect(memory().numTensors).toBe(held);
    network.dispose();
    expect(memory().numTensors).toBe(start);
  });

  test('refuses a batch above the bound and a missing tensor with a reason', async () => {
    const network = await build('cpu', tiny);
    await expect(network.forward(new Float32Array(17 * 13 * 12 * 3), 17)).rejects.toThrow('1 to 16, got 17');
    network.dispose();
    const engine = await openTfjsEngine('cpu');
    await expect(engine.createNetwork(tiny, {}, 4)).rejects.toThrow('stem.weight must be given');
  });
});
