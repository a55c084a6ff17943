/** @file Training mode against PyTorch in float64: loss, gradients and running statistics of tiny networks, on both engines. */
import { describe, expect, test } from 'vitest';
import type { Architecture, NL, Row, SqueezeExcite, Stride } from '../../src/lib/arch/architecture';
import { classifier, separable } from '../../src/lib/arch/presets/rows';
import type { Engine } from '../../src/lib/engine/engine';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { lower } from '../../src/lib/ops/lower';
import { tensorsOf } from '../../src/lib/ops/tensors';
import { probe, relativeGap } from '../support/compare';
import { goldenInput, goldenTensors, readGolden, toTheirs, type GoldenFill } from '../support/golden';
import { coreOfTests } from '../support/simd-core';
import { bneck } from '../support/small-networks';

/** Name, L2 norm, sum, first values. */
type Summary = readonly [name: string, norm: number, sum: number, first: readonly number[]];

/** Name, the first running means, running variances as PyTorch moves them, and by the biased variance, as we do. */
type Moved = readonly [name: string, mean: readonly number[], torch: readonly number[], biased: readonly number[]];

interface Expected {
  readonly loss: number;
  readonly bn_after_one_forward?: { readonly rows: readonly Moved[] };
  readonly grads: readonly Summary[];
}

interface Case extends GoldenFill {
  readonly labels: readonly number[];
  readonly eval_logits: readonly (readonly number[])[];
  readonly torch: Expected;
  readonly tfsame: Expected;
}

const golden = readGolden<{ readonly cases: Readonly<Record<string, Case>> }>('gradients.json');
if (!golden) process.stdout.write('skipped: golden gradients.json is absent\n');

const norm = (epsilon: number, momentum = 0.9) => ({ epsilon, momentum });
const base = { format: 1, input: [24, 24, 3], classes: 5, convBias: false, scaling: 'v3' } as const;
const stem = (nl: NL) => ({ kernel: 3, out: 8, nl, stride: 2 }) as const;
const relu = (out: number, stride: Stride): Row => ({ ...separable(out, stride), nl: 'relu' });

/** A bneck whose SE or shortcut is not the paper's. */
function article(row: ReturnType<typeof bneck>, se: Partial<SqueezeExcite>, rest: Partial<typeof row>): Row {
  return { ...row, ...rest, se: row.se && { ...row.se, ...se } };
}

const first = { nl: 'hardSwish' } as const;
const second = { place: 'afterProject', norm: true, bias: false } as const;
const zeroth = { gate: 'sigmoid', bias: false } as const;

/** The tiny networks as tables. */
const tables: Readonly<Record<string, Omit<Architecture, 'name' | 'padding'>>> = {
  tiny_v3: {
    ...base,
    norm: norm(1e-3, 0.99),
    stem: stem('hardSwish'),
    rows: [bneck(3, 16, 8, 8, 'relu', 1), bneck(5, 24, 16, 8, 'hardSwish', 2), bneck(3, 40, 16, 16, 'hardSwish', 1)],
    head: classifier({ out: 32, nl: 'hardSwish' }, { out: 24, nl: 'hardSwish' })
  },
  tiny_v2: {
    ...base,
    norm: norm(1e-5),
    stem: stem('relu6'),
    rows: [bneck(3, 8, 8, 0, 'relu6', 1), bneck(3, 48, 16, 0, 'relu6', 2), bneck(3, 96, 16, 0, 'relu6', 1)],
    head: classifier(null, null)
  },
  tiny_seed000_restored: {
    ...base,
    norm: norm(1e-5),
    stem: stem('relu'),
    rows: [
      article(bneck(3, 16, 8, 4, 'shiftedSwish', 1), zeroth, {}),
      article(bneck(3, 24, 16, 6, 'shiftedSwish', 2), zeroth, {}),
      bneck(3, 64, 16, 0, 'shiftedSwish', 1)
    ],
    head: classifier(null, null)
  },
  tiny_seed001: {
    ...base,
    norm: norm(1e-5),
    stem: stem('hardSwish'),
    rows: [
      article(bneck(3, 16, 8, 4, 'relu', 1), first, { shortcut: 'none' }),
      article(bneck(5, 24, 16, 6, 'hardSwish', 2), first, { shortcut: 'none' }),
      article(bneck(3, 40, 16, 10, 'hardSwish', 1), first, { shortcut: 'none' })
    ],
    head: classifier(null, null)
  },
  tiny_seed002: {
    ...base,
    norm: norm(1e-5),
    stem: stem('hardSwish'),
    rows: [
      article(bneck(3, 16, 8, 2, 'relu', 1), second, { shortcut: 'conv' }),
      article(bneck(5, 24, 16, 4, 'hardSwish', 2), second, { shortcut: 'conv' }),
      article(bneck(3, 40, 24, 6, 'hardSwish', 1), second, { shortcut: 'conv' })
    ],
    head: classifier(null, null)
  },
  tiny_seed003: {
    ...base,
    norm: norm(1e-5),
    stem: stem('relu'),
    rows: [relu(16, 1), relu(24, 2), relu(24, 1)],
    head: classifier(null, null)
  },
  tiny_seed004: {
    ...base,
    norm: norm(1e-5),
    stem: stem('hardSwish'),
    rows: [bneck(3, 8, 8, 2, 'relu', 1), bneck(3, 36, 16, 9, 'hardSwish', 2), bneck(3, 58, 16, 14, 'hardSwish', 1)],
    head: classifier(null, null)
  }
};

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  simd: async () => openSimdEngine(await coreOfTests()),
  'tfjs wasm': () => openTfjsEngine('wasm', { wasmPaths })
};

const runs = Object.entries(golden?.cases ?? {}).flatMap(([name, wanted]) =>
  (['torch', 'tfsame'] as const).flatMap((padding) =>
    Object.keys(engines).map((engine) => ({ name, wanted, padding, engine }))
  )
);

describe.runIf(golden)('training mode is that of PyTorch', () => {
  test('every golden network has a table here', () => {
    expect(Object.keys(tables).toSorted()).toEqual(Object.keys(golden?.cases ?? {}).toSorted());
  });

  test.each(runs)('$name with $padding padding on $engine', async ({ name, wanted, padding, engine }) => {
    const table = tables[name];
    if (!table) throw new Error(`${name} must have a table`);
    const arch: Architecture = { ...table, name, padding: padding === 'torch' ? 'symmetric' : 'same' };
    const ops = lower(arch);
    const tensors = goldenTensors(ops, wanted);
    const images = goldenInput(wanted);
    const count = wanted.labels.length;
    const batch = { count, images, labels: Uint8Array.from(wanted.labels) };
    const expected = wanted[padding];

    const network = await (await engines[engine]!()).createNetwork(arch, tensors, count);
    if (padding === 'torch') {
      expect(relativeGap(wanted.eval_logits.flat(), await network.forward(images, count))).toBeLessThan(1e-4);
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
