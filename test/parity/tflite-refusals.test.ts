/** @file .tflite files that mean harm are refused in words, before anything large is made, within 200 ms of processor time. */
import { expect, test } from 'vitest';
import { importTflite } from '../../src/lib/import/tflite/tflite';
import { flatFile, text, type FlatTable, type Slot } from '../support/flatbuffer-writer';
import { timed } from '../support/hostile';

interface Tensor {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly type?: number;
  /** Number of a buffer; 0 is none. */
  readonly buffer?: number;
  readonly quantization?: FlatTable;
}

interface Operator {
  /** Place in the list of codes. */
  readonly code: number;
  readonly from: readonly number[];
  readonly to: number;
  readonly options?: FlatTable;
}

/** Numbers of the operators that these files use, by their place in the list of codes. */
const codes = { add: 0, concat: 1, conv: 2, multiply: 3, reshape: 4, selu: 5 } as const;
const builtin = [0, 2, 3, 18, 22, 60];

/** A file of these tensors and operators; tensor 0 is the picture, the last operator's result the answer. */
function file(
  tensors: readonly Tensor[],
  operators: readonly Operator[],
  more: {
    readonly buffers?: readonly Uint8Array[];
    readonly metadata?: readonly FlatTable[];
    readonly graphs?: number;
  } = {}
): Uint8Array {
  const graph: FlatTable = [
    {
      tables: tensors.map(({ name, shape, type = 0, buffer = 0, quantization }, i) => [
        { int32s: shape },
        { i8: type },
        { i32: buffer },
        text(name ?? `t${i}`),
        quantization && { table: quantization }
      ])
    },
    { int32s: [0] },
    { int32s: [operators.at(-1)?.to ?? 0] },
    {
      tables: operators.map(({ code, from, to, options }): FlatTable => {
        const own: Slot[] = [{ i32: code }, { int32s: from }, { int32s: [to] }];
        return options ? [...own, { i8: 1 }, { table: options }] : own;
      })
    }
  ];
  const buffers = more.buffers ?? [];
  return flatFile('TFL3', [
    { i32: 3 },
    { tables: builtin.map((code) => [{ i8: code }, undefined, undefined, { i32: code }]) },
    { tables: Array.from({ length: more.graphs ?? 1 }, () => graph) },
    text('harm'),
    { tables: [[], ...buffers.map((bytes): FlatTable => [{ bytes }])] },
    undefined,
    { tables: more.metadata ?? [] }
  ]);
}

const picture: Tensor = { shape: [1, 8, 8, 1] };
const map: Tensor = { shape: [1, 8, 8, 4] };
const ones = (count: number): Uint8Array => new Uint8Array(new Float32Array(count).fill(1).buffer);
const weight: Tensor = { shape: [4, 1, 1, 1], buffer: 1 };
const convolved: Operator = { code: codes.conv, from: [0, 1, -1], to: 2, options: [{ i8: 0 }, { i32: 1 }, { i32: 1 }] };
const plain = { tensors: [picture, weight, map], operators: [convolved], buffers: [ones(4)] };

/** `count` of something, each told its number. */
const many = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i));

const factors = (count: number): Uint8Array =>
  file(
    [
      picture,
      { shape: [20_000, 1, 1, 1], buffer: 1 },
      { shape: [1], buffer: 2 },
      ...many(count + 1, () => ({ shape: [1, 8, 8, 20_000] }))
    ],
    [
      { ...convolved, to: 3 },
      ...many(count, (i) => ({ code: codes.multiply, from: [3 + i, 2], to: 4 + i, options: [{ i8: 0 }] }))
    ],
    { buffers: [ones(20_000), ones(1)] }
  );

const shared = (count: number): Uint8Array =>
  file(
    [picture, { shape: [50_000, 1, 1, 1], buffer: 1 }, ...many(count, () => ({ shape: [1, 8, 8, 50_000] }))],
    many(count, (i) => ({ ...convolved, to: 2 + i })),
    { buffers: [ones(50_000)] }
  );

/** Scores and moves of as many boxes as the file likes, from one convolution each. */
function boxes(count: number): Uint8Array {
  const rows = (width: number): Tensor => ({ shape: [1, count, width] });
  const stacked = (from: number[], to: number, axis: number): Operator => ({
    code: codes.concat,
    from,
    to,
    options: [{ i32: axis }]
  });
  const reshaped = (to: number): Operator => ({ code: codes.reshape, from: [2], to });
  return file(
    [
      picture,
      weight,
      map,
      rows(4),
      rows(4),
      rows(2),
      rows(2),
      { shape: [1, 2 * count, 4] },
      { shape: [1, 2 * count, 2] },
      { shape: [1, 2 * count, 6] }
    ],
    [
      convolved,
      reshaped(3),
      reshaped(4),
      reshaped(5),
      reshaped(6),
      stacked([3, 4], 7, 1),
      stacked([5, 6], 8, 1),
      stacked([8, 7], 9, 2)
    ],
    { buffers: plain.buffers }
  );
}

test.each<[string, () => Uint8Array, RegExp]>([
  [
    'the plain file is read as far as its head',
    () => file(plain.tensors, plain.operators, plain),
    /^$|no row and no head/
  ],
  ['a factor folded 2,400 times', () => factors(2400), /more work/],
  ['one weight turned round 2,400 times', () => shared(2400), /more work/],
  ['2^26 boxes', () => boxes(2 ** 26), /./],
  [
    'a weight of 2^60 numbers',
    () => file([picture, { ...weight, shape: [2 ** 30, 2 ** 30, 1, 1] }, map], [convolved], plain),
    /shape 1073741824/
  ],
  [
    'a weight of 2^27 numbers',
    () => file([picture, { ...weight, shape: [2 ** 27, 1, 1, 1] }, map], [convolved], plain),
    /must be 536870912 bytes, got 16/
  ],
  ['a side below 0', () => file([picture, { ...weight, shape: [-4, 1, 1, 1] }, map], [convolved], plain), /above 0/],
  ['a weight of texts', () => file([picture, { ...weight, type: 5 }, map], [convolved], plain), /must be float32/],
  [
    'a weight of another width',
    () => file([picture, { ...weight, type: 4 }, map], [convolved], plain),
    /must be 32 bytes, got 16/
  ],
  [
    'a weight in no buffer',
    () => file([picture, { ...weight, buffer: 99 }, map], [convolved], plain),
    /must be a constant/
  ],
  [
    'a tensor that is not there',
    () => file(plain.tensors, [{ ...convolved, from: [7, 1, -1] }], plain),
    /before it is computed/
  ],
  [
    'an operator that reads its own result',
    () => file(plain.tensors, [{ ...convolved, from: [2, 1, -1] }], plain),
    /before it is computed/
  ],
  ['an operator code that is not there', () => file(plain.tensors, [{ ...convolved, code: 77 }], plain), /code 77/],
  [
    'an operator that no table has',
    () => file(plain.tensors, [{ ...convolved, code: codes.selu }], plain),
    /operator 60/
  ],
  ['two graphs', () => file(plain.tensors, plain.operators, { ...plain, graphs: 2 }), /one graph, got 2/],
  [
    '2,501 operators',
    () =>
      file(
        plain.tensors,
        many(2501, () => convolved),
        plain
      ),
    /at most 2500/
  ],
  [
    'half a million scales',
    () => {
      const quantization: FlatTable = [undefined, undefined, { float32s: many(100_000, () => 1) }];
      return file([picture, ...many(5, () => ({ ...weight, quantization })), map], [{ ...convolved, to: 6 }], plain);
    },
    /too many quantization scales/
  ],
  [
    'one name 2,400 times',
    () =>
      file(
        [picture, weight, ...many(2400, () => ({ ...map, name: 'same'.repeat(200) }))],
        many(2400, (i) => ({ ...convolved, to: 2 + i })),
        plain
      ),
    /no row and no head|more work/
  ],
  [
    'names of prototypes',
    () =>
      file(
        [picture, { ...weight, name: '__proto__' }, { ...map, name: 'constructor' }],
        [{ ...convolved, code: codes.selu }],
        plain
      ),
    /operator 60/
  ],
  [
    'metadata without end',
    () => file(plain.tensors, plain.operators, { ...plain, metadata: many(2400, () => [text('bneck'), { i32: 1 }]) }),
    /at most 64/
  ]
])('%s', async (_, make, words) => {
  const { answer, ms } = await timed((bytes: Uint8Array) => importTflite(bytes, 'harm'), make());
  expect(answer.kind === 'ok' ? '' : answer.issues.map(({ message }) => message).join()).toMatch(words);
  expect(ms).toBeLessThan(200);
});

test.each([
  ['hints that are no JSON', 'x'],
  ['hints nested without end', `{"rule":${'['.repeat(1900)}${']'.repeat(1900)}}`],
  ['hints longer than any', ' '.repeat(5000)],
  ['hints of another format', '{"format":2}']
])('%s are left out, and it is said', (_, hints) => {
  const metadata: FlatTable[] = [[text('bneck'), { i32: 2 }]];
  const buffers = [ones(4), new TextEncoder().encode(hints)];
  const answer = importTflite(file(plain.tensors, plain.operators, { buffers, metadata }), 'harm');
  expect(answer.kind).toBe('ok');
  expect(answer.kind === 'ok' && answer.notes.join()).toContain('not understood');
});
