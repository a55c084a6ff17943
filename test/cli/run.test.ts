/** @file `bneck run` gives the logits of PyTorch and torchvision, in both engines, from files NumPy reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { applyNetworkOptions } from '$lib/arch/options';
import { presetById } from '$lib/arch/presets/catalogue';
import { lower } from '$lib/ops/lower';
import { initTensors } from '$lib/weights/init';
import { writeNamed } from '$lib/weights/names/write-named';
import { writeSafetensors } from '$lib/weights/safetensors-format';
import { readNpy, writeNpy } from '../../src/cli/npy';
import { goldenInput, readGolden } from '../support/golden';
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

/** What is run: the reference file, the words, and the engines with the padding they run it under. */
const cases: readonly (readonly [file: string, words: readonly string[], runs: readonly string[]])[] = [
  ['tv_mobilenet_v3_small_w1', ['v3-small'], ['simd symmetric', 'simd same', 'tfjs symmetric', 'tfjs same']],
  ['v1_seed003_w0.25', ['article-003', '--width', '0.25'], ['simd symmetric', 'tfjs symmetric']],
  ['tv_mobilenet_v2_w0.35', ['v2', '--width', '0.35'], ['simd same', 'tfjs symmetric']],
  ['seed002_v3_large', ['article-002-large'], ['simd symmetric', 'tfjs symmetric']],
  ['seed004_v3_small', ['article-004-small'], ['simd symmetric']],
  ['tv_lraspp_mobilenet_v3_large', ['v3-large', '--head', 'lraspp'], ['simd symmetric', 'tfjs symmetric']]
];

const found = cases.flatMap(([name, words, runs]) => {
  const golden = readGolden<Golden>(`forward/${name}.json`);
  if (!golden) process.stdout.write(`skipped: golden forward/${name}.json is absent\n`);
  return golden ? runs.map((how) => ({ name, words, how, golden })) : [];
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
  test.each(found)('$name, $how padding', ({ name, words, how, golden }) => {
    const [engine = '', padding = ''] = how.split(' ');
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

describe('bneck run', () => {
  const pixels = Float32Array.from({ length: 2 * 32 * 48 * 3 }, (_, i) => Math.sin(i));
  const input = file('two.npy', writeNpy({ shape: [2, 32, 48, 3], data: pixels }));
  const words = ['run', 'v3-small', '--input', input, '--weights', 'init:3', '--engine', 'simd'];
  const read = (name: string) => {
    const answer = readNpy(readFileSync(join(folder, name)));
    if (answer.kind === 'bad') throw new Error(answer.message);
    return answer.array;
  };

  test('takes its size from the array and writes logits', () => {
    const { out } = bneck(...words, '--out', 'y.npy');
    expect(out).toContain('input 32×48×3, pictures: 2');
    expect(out).toContain('picture 2 of 2');
    expect(read('y.npy').shape).toEqual([2, 1000]);
  });

  test('channels first gives the same numbers', () => {
    const area = 32 * 48;
    const turned = pixels.map((_, i) => {
      const [n, rest] = [Math.floor(i / (3 * area)), i % (3 * area)];
      return pixels[(n * area + (rest % area)) * 3 + Math.floor(rest / area)]!;
    });
    file('turned.npy', writeNpy({ shape: [2, 3, 32, 48], data: turned }));
    bneck(...words, '--out', 'y.npy');
    bneck(...words, '--input', 'turned.npy', '--layout', 'nchw', '--out', 'z.npy');
    expect(read('z.npy')).toEqual(read('y.npy'));
  });

  test('--features writes one file for each row, at the strides of the table', () => {
    const { status } = bneck(...words, '--features', '--out-indices', '0,2,10', '--out', 'maps.npy');
    expect(status).toBe(0);
    const shapes = [0, 2, 10].map((row) => read(`maps.${row}.npy`).shape);
    expect(shapes).toEqual([
      [2, 8, 12, 16],
      [2, 4, 6, 24],
      [2, 1, 2, 96]
    ]);
  });

  test('weights of a classifier serve its features; the head is left aside', () => {
    const arch = applyNetworkOptions(presetById('v3-small')!.arch, {});
    file('w.safetensors', writeSafetensors(writeNamed(initTensors(lower(arch), 3), arch, 'torchvision')!, {}));
    const choice = ['--features', '--out-indices', '10', '--weights', 'w.safetensors', '--out', 'named.npy'];
    const { error } = bneck(...words, ...choice);
    expect(error).toContain('tensors of the head left aside');
    bneck(...words, '--features', '--out-indices', '10', '--out', 'drawn.npy');
    expect(read('named.10.npy')).toEqual(read('drawn.10.npy'));
  });

  test('--json says the classes and which bytes were written', () => {
    const { out } = bneck(...words, '--top', '2', '--json');
    const answer = JSON.parse(out) as { pictures: { classes: object[] }[]; outputs: object[]; engine: string };
    expect(answer.engine).toMatch(/^simd /);
    expect(answer.pictures.map(({ classes }) => classes.length)).toEqual([2, 2]);
    expect(answer.outputs).toEqual([expect.objectContaining({ op: 'head.logits', shape: [2, 1000], row: null })]);
  });

  test('a picture is scaled, normalised and named by labels', () => {
    const red = new Uint8Array(20 * 10 * 3).map((_, i) => (i % 3 === 0 ? 255 : 0));
    file('red.png', encode({ width: 20, height: 10, data: red, channels: 3 }));
    file('labels.txt', Array.from({ length: 1000 }, (_, i) => `class ${i}`).join('\n'));
    const picture = [
      'run',
      'v3-small',
      '--input',
      'red.png',
      '--size',
      '32',
      '--weights',
      'init:3',
      '--engine',
      'simd'
    ];
    const { out } = bneck(...picture, '--normalise', 'torchvision', '--labels', 'labels.txt', '--out', 'png.npy');
    expect(out).toMatch(/class \d+/);
    const scaled = [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225];
    const data = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => scaled[i % 3]!);
    file('red.npy', writeNpy({ shape: [32, 32, 3], data }));
    bneck('run', 'v3-small', '--input', 'red.npy', '--weights', 'init:3', '--engine', 'simd', '--out', 'array.npy');
    const [png, array] = [read('png.npy').data, read('array.npy').data];
    expect(Math.max(...png.map((value, i) => Math.abs(value - array[i]!)))).toBeLessThan(1e-6);
  });

  test('a detector says that it found nothing, or what', () => {
    const { out, status } = bneck('run', 'v3-small', '--head', 'ssdlite', ...words.slice(2), '--top', '3');
    expect(status).toBe(0);
    expect(out).toMatch(/nothing found|box x1 y1 x2 y2/);
  });
});
