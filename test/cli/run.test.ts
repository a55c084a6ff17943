/** @file `bneck run` gives the logits of PyTorch and torchvision, in both engines, from files NumPy reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../src/cli/npy';
import { fill, goldenInput, readGolden } from '../support/golden';
import { openFolder } from './program';

const { folder, file, bneck } = openFolder();

interface Output {
  readonly shape: readonly number[];
  /** All values in PyTorch's layout; big maps give every 97th instead. */
  readonly values?: readonly number[];
  readonly every?: number;
  readonly samples?: readonly number[];
}

interface Golden {
  readonly id: string;
  readonly seed: number;
  readonly input: { readonly shape: readonly [number, number, number, number] };
  readonly torch: { readonly output: Output };
  readonly tfsame: { readonly output: Output };
}

const cases: readonly (readonly [file: string, ...words: string[]])[] = [
  ['tv_mobilenet_v3_small_w1', 'v3-small'],
  ['tv_mobilenet_v3_large_w0.75', 'v3-large', '--width', '0.75'],
  ['tv_mobilenet_v2_w0.35', 'v2', '--width', '0.35'],
  ['v1_paper_w0.25', 'v1', '--width', '0.25'],
  ['v1_seed003_w0.25', 'article-003', '--width', '0.25'],
  ['seed003_v1', 'article-003'],
  ['seed001_v3_small', 'article-001-small'],
  ['seed002_v3_large', 'article-002-large'],
  ['seed004_v3_small', 'article-004-small'],
  ['tv_lraspp_mobilenet_v3_large', 'v3-large', '--head', 'lraspp']
];

const found = cases.flatMap(([name, ...words]) => {
  const golden = readGolden<Golden>(`forward/${name}.json`);
  if (!golden) process.stdout.write(`skipped: golden forward/${name}.json is absent\n`);
  return golden ? [{ name, words, golden }] : [];
});

/** Our [n, h, w, c] at the flat place of PyTorch's [n, c, h, w]. */
function torchOrder(data: Float32Array, shape: readonly number[], at: number): number {
  if (shape.length === 2) return data[at]!;
  const [, height, width, channels] = shape as [number, number, number, number];
  const area = height * width;
  const [n, rest] = [Math.floor(at / (area * channels)), at % (area * channels)];
  return data[(n * area + (rest % area)) * channels + Math.floor(rest / area)]!;
}

describe.runIf(found.length > 0)('bneck run gives the reference logits', () => {
  const runs = found.flatMap((each) =>
    (['simd', 'tfjs'] as const).flatMap((engine) =>
      (['symmetric', 'same'] as const).map((padding) => ({ ...each, engine, padding }))
    )
  );
  test.each(runs)('$name on $engine, $padding padding', ({ name, words, golden, engine, padding }) => {
    const [n, channels, height, width] = golden.input.shape;
    const all = { ...golden, input: { ...golden.input, stream: 1_000_000, offset: 0, bound: 1.75, first8: [] } };
    const images = goldenInput(all as unknown as Parameters<typeof goldenInput>[0]);
    const input = file(`${name}.npy`, writeNpy({ shape: [n, height, width, channels], data: images }));
    const out = join(folder, `${name}.${engine}.${padding}.npy`);
    const choice = ['--weights', `golden:${golden.seed}`, '--padding', padding, '--engine', engine];
    const { status, error } = bneck('run', ...words, '--input', input, ...choice, '--out', out);
    expect(error).toContain('wrote');
    expect(status).toBe(0);
    const read = readNpy(readFileSync(out));
    if (read.kind === 'bad') throw new Error(read.message);
    const { shape, data } = read.array;
    const { output } = padding === 'same' ? golden.tfsame : golden.torch;
    const expected = output.values ?? output.samples!;
    const every = output.values ? 1 : output.every!;
    expect(data.length).toBe(output.shape.reduce((a, b) => a * b, 1));
    const gaps = expected.map((value, i) => Math.abs(value - torchOrder(data, shape, i * every)));
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(Math.max(...gaps) / largest).toBeLessThan(1e-4);
  });
});

test('the reference pictures have a fill of their own', () => {
  expect(fill(20240501, 1_000_000, { size: 1, offset: 0, bound: 1.75 })[0]).toBeCloseTo(1.30220544, 7);
});
