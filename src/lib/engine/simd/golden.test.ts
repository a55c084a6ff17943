import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bneck } from '../../../../test/support/small-networks';
import { coreOfTests } from '../../../../test/support/simd-core';
import type { Architecture, Row } from '../../arch/architecture';
import { lower } from '../../ops/lower';
import { tensorsOf, type TensorSpec } from '../../ops/tensors';
import type { Tensors } from '../../weights/checkpoint';
import { createSimdNetwork } from './network';

/** PyTorch in float64: loss, gradients and five steps of momentum SGD of tiny networks. */
interface Case {
  readonly seed: number;
  readonly input: { readonly shape: readonly [number, number, number, number]; readonly stream: number };
  readonly labels: readonly number[];
  readonly tensors: readonly (readonly [string, readonly number[], number, number, number])[];
  readonly eval_logits: readonly (readonly number[])[];
  readonly torch: Golden;
  readonly tfsame: Golden;
}
interface Golden {
  readonly loss: number;
  readonly grads: readonly (readonly [string, number, number, readonly number[]])[];
}

const path = new URL('../../../../../shared/golden/gradients.json', import.meta.url);
const cases = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { cases: Record<string, Case> }).cases : {};
if (!existsSync(path))
  process.stdout.write('skipped: PyTorch gradients, the golden files are not beside this checkout\n');

const norm = (epsilon: number) => ({ epsilon, momentum: 0.9 });
const base = { format: 1, input: [24, 24, 3], classes: 5, scaling: 'v3' } as const;
const separable = (out: number, stride: 1 | 2): Row => ({ kind: 'separable', kernel: 3, out, nl: 'relu', stride });

/** The same networks as tables. */
const tables: Record<string, Omit<Architecture, 'name' | 'padding'>> = {
  tiny_v3: {
    ...base,
    norm: norm(1e-3),
    stem: { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 },
    rows: [bneck(3, 16, 8, 8, 'relu', 1), bneck(5, 24, 16, 8, 'hardSwish', 2), bneck(3, 40, 16, 16, 'hardSwish', 1)],
    head: { kind: 'classifier', conv: { out: 32, nl: 'hardSwish' }, hidden: { out: 24, nl: 'hardSwish' } }
  },
  tiny_v2: {
    ...base,
    norm: norm(1e-5),
    stem: { kernel: 3, out: 8, nl: 'relu6', stride: 2 },
    rows: [bneck(3, 8, 8, 0, 'relu6', 1), bneck(3, 48, 16, 0, 'relu6', 2), bneck(3, 96, 16, 0, 'relu6', 1)],
    head: { kind: 'classifier', conv: null, hidden: null }
  },
  tiny_seed003: {
    ...base,
    norm: norm(1e-5),
    stem: { kernel: 3, out: 8, nl: 'relu', stride: 2 },
    rows: [separable(16, 1), separable(24, 2), separable(24, 1)],
    head: { kind: 'classifier', conv: null, hidden: null }
  },
  tiny_seed004: {
    ...base,
    norm: norm(1e-5),
    stem: { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 },
    rows: [bneck(3, 8, 8, 2, 'relu', 1), bneck(3, 36, 16, 9, 'hardSwish', 2), bneck(3, 58, 16, 14, 'hardSwish', 1)],
    head: { kind: 'classifier', conv: null, hidden: null }
  }
};

const mix = (value: number): number => {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
};

/** The goldens' generator h32v1: uniform in offset ± bound, one stream a tensor. */
function generate(seed: number, stream: number, range: readonly [number, number], count: number): Float32Array {
  const key = mix((mix(seed >>> 0) + Math.imul(stream, 0x9e3779b9)) >>> 0);
  const draw = (_: unknown, i: number): number => range[0] + range[1] * ((mix(key ^ mix(i)) >>> 8) / 8388608 - 1);
  return Float32Array.from({ length: count }, draw);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** From PyTorch's order (OIHW, [out, in]) to ours (HWIO, [in, out]; depthwise [k, k, C, 1]), or back. */
function reorder(data: Float32Array, spec: TensorSpec, depthwise: boolean, back: boolean): Float32Array {
  if (spec.role !== 'weight') return data;
  const [k1 = 1, k2 = 1, inner = 1, outer = 1] = spec.shape.length === 4 ? spec.shape : [1, 1, ...spec.shape];
  const out = new Float32Array(data.length);
  let ours = 0;
  for (let i = 0; i < k1; i++)
    for (let j = 0; j < k2; j++)
      for (let a = 0; a < inner; a++)
        for (let b = 0; b < outer; b++, ours++) {
          const theirs = depthwise ? (a * k1 + i) * k2 + j : ((b * inner + a) * k1 + i) * k2 + j;
          if (back) out[theirs] = data[ours]!;
          else out[ours] = data[theirs]!;
        }
  return out;
}

const chosen = Object.keys(tables).filter((name) => cases[name]);
const runs = chosen.flatMap((name) => (['torch', 'tfsame'] as const).map((padding) => ({ name, padding })));

test.each(runs)('$name with $padding padding has the gradients and logits of PyTorch', async ({ name, padding }) => {
  const golden = cases[name]!;
  const wanted = golden[padding];
  const arch: Architecture = { ...tables[name]!, name, padding: padding === 'torch' ? 'symmetric' : 'same' };
  const owners = lower(arch).flatMap((op) =>
    tensorsOf(op).map((spec) => ({ spec, depthwise: op.kind === 'depthwise' }))
  );
  expect(owners.length).toBe(golden.tensors.length);
  const tensors: Tensors = Object.fromEntries(
    owners.map(({ spec, depthwise }, i) => {
      const [, shape, stream, offset, bound] = golden.tensors[i]!;
      expect(sizeOf(shape)).toBe(sizeOf(spec.shape));
      const data = generate(golden.seed, stream, [offset, bound], sizeOf(shape));
      return [spec.name, { shape: spec.shape, data: reorder(data, spec, depthwise, false) }];
    })
  );
  const [count, channels, height, width] = golden.input.shape;
  const nchw = generate(golden.seed, golden.input.stream, [0, 1.75], sizeOf(golden.input.shape));
  const images = nchw.map((_, i) => {
    const c = i % channels;
    const pixel = Math.floor(i / channels) % (height * width);
    return nchw[(Math.floor(i / (channels * height * width)) * channels + c) * height * width + pixel]!;
  });
  const network = createSimdNetwork(await coreOfTests(), arch, tensors, count);
  if (padding === 'torch') {
    const logits = await network.forward(images, count);
    const far = golden.eval_logits.flat().map((value, i) => Math.abs(value - logits[i]!));
    expect(Math.max(...far), 'inference logits').toBeLessThan(1e-4);
  }
  const batch = { count, images, labels: Uint8Array.from(golden.labels) };
  const { loss } = await network.trainStep(batch, { learningRate: 0, momentum: 0, weightDecay: 0 });
  expect(loss).toBeCloseTo(wanted.loss, 5);

  const gradients = network.gradients();
  const learned = owners.filter(({ spec }) => spec.trainable);
  expect(learned.length).toBe(wanted.grads.length);
  for (const [i, { spec, depthwise }] of learned.entries()) {
    const [theirName, length, sum, first] = wanted.grads[i]!;
    const ours = reorder(gradients[spec.name]!.data, spec, depthwise, true);
    const near = 2e-4 * length + 2e-6;
    const label = `${spec.name} (${theirName})`;
    expect(Math.abs(Math.hypot(...ours) - length), `length of ${label}`).toBeLessThan(near);
    expect(Math.abs(ours.reduce((a, b) => a + b, 0) - sum), `sum of ${label}`).toBeLessThan(
      near * Math.sqrt(ours.length)
    );
    for (const [at, value] of first.entries()) {
      expect(Math.abs(ours[at]! - value), `${label}[${at}]`).toBeLessThan(near);
    }
  }
});

test('a weight in PyTorch order comes back unchanged from ours', () => {
  const spec: TensorSpec = { name: 'w', shape: [3, 3, 2, 4], role: 'weight', trainable: true };
  const data = generate(1, 0, [0, 1], 72);
  expect(reorder(reorder(data, spec, false, false), spec, false, true)).toEqual(data);
});
