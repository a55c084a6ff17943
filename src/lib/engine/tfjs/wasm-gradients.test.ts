/** @file Tests of the gradients the wasm backend lacks: every stride, padding and kernel gives what the cpu backend gives. */
import { engine, memory, tensor4d, type NamedAttrMap, type Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { rngOf } from '$lib/base/rng';
import { openBackend, useBackend, type TfjsBackend } from './backend';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';

type Size4 = [number, number, number, number];
type Padding = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

interface Case {
  readonly input: Size4;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: Padding;
}

const around = (before: number, after: number): Padding => [
  [0, 0],
  [before, after],
  [before, after],
  [0, 0]
];

/** Even and odd maps, every kernel of the tables, both strides; SAME, none, symmetric and one-sided zeros. */
const cases: Case[] = [1, 3, 5, 7].flatMap((kernel) =>
  [1, 2, 3].flatMap((stride) =>
    (['same', 'valid', around(kernel >> 1, kernel >> 1), around(0, kernel >> 1)] as const).flatMap((pad) =>
      (
        [
          [2, 8, 8, 3],
          [1, 9, 7, 5]
        ] as Size4[]
      ).map((input) => ({ input, kernel, stride, pad }))
    )
  )
);

const sizeOf = (shape: Size4): number => shape.reduce((a, b) => a * b, 1);

function outputOf({ input, kernel, stride, pad }: Case, channels: number): Size4 {
  const length = (side: number, axis: 1 | 2): number => {
    if (pad === 'same') return Math.ceil(side / stride);
    const zeros = pad === 'valid' ? 0 : pad[axis][0] + pad[axis][1];
    return Math.floor((side + zeros - kernel) / stride) + 1;
  };
  return [input[0], length(input[1], 1), length(input[2], 2), channels];
}

/** Numbers that a sum of a few hundred of them keeps exact to six digits. */
function drawn(shape: Size4, seed: number): Float32Array {
  const rng = rngOf(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => rng.next() - 0.5);
}

interface Kernel {
  readonly name: string;
  readonly inputs: readonly (readonly [name: string, shape: Size4])[];
  readonly attrs: NamedAttrMap;
}

async function valueOn(backend: TfjsBackend, { name, inputs, attrs }: Kernel): Promise<Float32Array> {
  useBackend(backend);
  const tensors = inputs.map(([key, shape], i): [string, Tensor4D] => [key, tensor4d(drawn(shape, i + 1), shape)]);
  const result = engine().runKernel<Tensor4D>(name, Object.fromEntries(tensors), attrs);
  const data = await result.data<'float32'>();
  for (const [, tensor] of tensors) tensor.dispose();
  result.dispose();
  return data;
}

async function gap(kernel: Kernel): Promise<number> {
  const expected = await valueOn('cpu', kernel);
  const got = await valueOn('wasm', kernel);
  expect(got.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (expected[i] ?? NaN))), 0) / (largest || 1);
}

const limit = 1e-5;

describe.each(cases)('input $input, kernel $kernel, stride $stride, zeros $pad', (one) => {
  const { kernel, stride, pad, input } = one;
  const attrs = { strides: [stride, stride], pad, dataFormat: 'NHWC', dilations: [1, 1] };

  test('all three kernels agree with cpu and leave nothing behind', async () => {
    for (const backend of ['cpu', 'wasm'] as const) await openBackend(backend, { wasmPaths });
    const channels = input[3];
    const filter: Size4 = [kernel, kernel, channels, 4];
    const dense: Kernel = {
      name: 'Conv2DBackpropFilter',
      inputs: [
        ['x', input],
        ['dy', outputOf(one, 4)]
      ],
      attrs: { ...attrs, filterShape: filter }
    };
    const before = memory().numTensors;
    expect(await gap(dense)).toBeLessThan(limit);
    for (const multiplier of [1, 2]) {
      const each: Size4 = [kernel, kernel, channels, multiplier];
      const dy = outputOf(one, channels * multiplier);
      const own = { ...attrs, filterShape: each, inputShape: input };
      const depthwise: Kernel = {
        name: 'DepthwiseConv2dNativeBackpropFilter',
        inputs: [
          ['x', input],
          ['dy', dy]
        ],
        attrs: own
      };
      expect(await gap(depthwise)).toBeLessThan(limit);
      const back: Kernel = {
        name: 'DepthwiseConv2dNativeBackpropInput',
        inputs: [
          ['dy', dy],
          ['filter', each]
        ],
        attrs: own
      };
      expect(await gap(back)).toBeLessThan(limit);
    }
    expect(memory().numTensors).toBe(before);
  });
});
