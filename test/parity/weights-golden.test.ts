/** @file The deterministic fill against PyTorch's own: every range, sum and first value, and the logits they give. */
import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { presetById } from '$lib/arch/presets/catalogue';
import { reduceTail } from '$lib/arch/reduced-tail';
import { scaleWidth, withClasses, withInput } from '$lib/arch/scale';
import { withHead } from '$lib/arch/with-head';
import { goldenFill, goldenInput, significant } from '$lib/weights/golden-weights';
import { hashedLabels, hashedNumbers } from '$lib/weights/hashed-numbers';
import { relativeGap } from '../support/compare';
import { readGolden, type GoldenTensorRow } from '../support/golden';

interface Forward {
  readonly seed: number;
  readonly input: { readonly shape: readonly number[]; readonly first8: readonly number[]; readonly sum: number };
  readonly tensors: readonly GoldenTensorRow[];
  readonly torch: {
    readonly output: {
      readonly shape: readonly number[];
      readonly values?: readonly number[];
      readonly samples?: readonly number[];
      readonly every?: number;
    };
  };
}

interface Vector {
  readonly seed: number;
  readonly stream: number;
  readonly offset: number;
  readonly bound: number;
  readonly float32: readonly number[];
}

const preset = (id: string): Architecture => {
  const found = presetById(id);
  if (!found) throw new Error(`preset ${id}: must exist`);
  return found.arch;
};

/** Every file of golden/forward and the table it fills. */
const tables: Readonly<Record<string, () => Architecture>> = {
  v1_paper_w0_25: () => scaleWidth(preset('v1'), 0.25),
  v1_seed003_w0_25: () => scaleWidth(preset('article-003'), 0.25),
  tv_mobilenet_v2_w0_35: () => scaleWidth(preset('v2'), 0.35),
  tv_mobilenet_v3_small_w1: () => preset('v3-small'),
  tv_mobilenet_v3_large_w0_75: () => scaleWidth(preset('v3-large'), 0.75),
  tv_lraspp_mobilenet_v3_large: () => withHead(preset('v3-large'), 'lraspp'),
  tv_ssdlite320_mobilenet_v3_large: () => withHead(reduceTail(preset('v3-large')), 'ssdlite'),
  seed001_v3_large: () => preset('article-001-large'),
  seed001_v3_small: () => preset('article-001-small'),
  seed002_v3_large: () => preset('article-002-large'),
  seed003_v1: () => preset('article-003'),
  seed004_v3_large: () => preset('article-004-large'),
  seed004_v3_small: () => preset('article-004-small'),
  seed000_inverted_residual_literal: () => preset('article-000-inverted-residual'),
  seed000_inverted_residual_restored: () => preset('article-000-inverted-residual-repaired'),
  seed000_depthwise_separable: () => preset('article-000-separable'),
  seed000_conv_dil2: () => preset('article-000-conv'),
  seed000_dwconv_dil2_yolov5: () => preset('article-000-dwconv'),
  seed000_dwconv_dil2_dwpw: () => preset('article-000-dwconv-pointwise')
};

const cases = Object.entries(tables).flatMap(([id, table]) => {
  const file = `forward/${id.replace(/_w(\d)_(\d+)$/, '_w$1.$2')}.json`;
  const golden = readGolden<Forward>(file);
  if (!golden) process.stdout.write(`skipped: golden ${file} is absent\n`);
  return golden ? [{ file, golden, table }] : [];
});

const total = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
};

/** Our weight in PyTorch's order [out, in, taps]. */
function torchOrder(data: Float32Array, shape: readonly number[]): readonly number[] {
  const [out = 1, inside = 1, ...taps] = shape;
  if (shape.length === 1) return Array.from(data.slice(0, 3));
  const count = taps.reduce((a, b) => a * b, 1);
  return [0, 1, 2].map((i) => {
    const o = Math.floor(i / (inside * count));
    const c = Math.floor(i / count) % inside;
    return data[((i % count) * inside + c) * out + o] as number;
  });
}

test('significant(value, digits) rounds a tie to the even digit, as printf does', () => {
  expect([1.125, 1.375, 0.0035, 2.07 / 2, -1.125, 9.9996].map((value) => significant(value, 3))).toEqual([
    1.12, 1.38, 0.0035, 1.03, -1.12, 10
  ]);
});

describe.runIf(cases.length > 0)('goldenFill(arch, seed) draws what PyTorch drew', () => {
  test.each(cases)(
    '$file',
    ({ golden, table }) => {
      const [batch = 1, channels = 3, height = 1, width = 1] = golden.input.shape;
      const classes = golden.torch.output.shape.at(-1) ?? 0;
      const plain = withInput(table(), [height, width, channels]);
      const arch = plain.head.kind === 'classifier' ? withClasses(plain, classes) : plain;
      const { tensors, draws, outputs } = goldenFill(arch, golden.seed, { batch });
      expect(draws.map(({ stream, offset, bound }) => [stream, offset, bound])).toEqual(
        golden.tensors.map(([, , stream, offset, bound]) => [stream, offset, bound])
      );
      for (const [i, { name }] of draws.entries()) {
        const row = golden.tensors[i];
        const data = tensors[name]?.data;
        if (!row || !data) throw new Error(`tensor ${name}: must be there`);
        const [torchName, shape, , , , sum, first3] = row;
        expect(data.length, torchName).toBe(shape.reduce((a, b) => a * b, 1));
        expect(Math.abs(total(data) - sum), torchName).toBeLessThan(1e-8 * Math.max(1, Math.abs(sum)) + 5e-9);
        expect(relativeGap(first3, torchOrder(data, shape)), torchName).toBeLessThan(1e-8);
      }
      const input = goldenInput([batch, height, width, channels], golden.seed);
      expect(Math.abs(total(input) - golden.input.sum)).toBeLessThan(1e-7 * Math.abs(golden.input.sum) + 1e-6);
      const first8 = [0, 1, 2, 3, 4, 5, 6, 7].map((x) => input[x * channels] as number);
      expect(relativeGap(golden.input.first8, first8)).toBeLessThan(1e-8);
      const { values, samples, every = 1 } = golden.torch.output;
      const got = outputs[0] ?? new Float64Array(0);
      const [, maps = 1, rows = 1, columns = 1] = golden.torch.output.shape;
      const nchw = (i: number): number => {
        if (golden.torch.output.shape.length < 4) return got[i] as number;
        const pixels = rows * columns;
        const b = Math.floor(i / (maps * pixels));
        return got[(b * pixels + (i % pixels)) * maps + (Math.floor(i / pixels) % maps)] as number;
      };
      const expected = values ?? samples ?? [];
      expect(
        relativeGap(
          expected,
          expected.map((_, i) => nchw(values ? i : i * every))
        )
      ).toBeLessThan(1e-6);
    },
    120_000
  );
});

describe('hashed numbers', () => {
  const vectors = readGolden<{ values: readonly Vector[] }>('generator.json')?.values ?? [];
  if (vectors.length === 0) process.stdout.write('skipped: golden generator.json is absent\n');
  test.runIf(vectors.length > 0)('are those of the reference vectors', () => {
    for (const { seed, stream, offset, bound, float32 } of vectors)
      expect(relativeGap(float32, hashedNumbers(seed, stream, { count: 8, offset, bound }))).toBeLessThan(1e-8);
  });

  test('fill as the published vector says', () => {
    const values = hashedNumbers(20240501, 0, { count: 3, offset: 0, bound: 0.466667 });
    expect(relativeGap([-0.344611883, -0.157104015, -0.032386221], values)).toBeLessThan(1e-7);
  });

  test('labels are the four that PyTorch trained its tiny networks on', () => {
    expect(Array.from(hashedLabels(4, 5, 20240501))).toEqual([0, 3, 3, 0]);
    expect(hashedLabels(64, 5, 2)).not.toEqual(hashedLabels(64, 5, 1));
  });
});
