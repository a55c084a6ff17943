/** @file Tests of what the .onnx reader refuses: by the name of the node, in time, whatever the bytes. */
import { describe, expect, test } from 'vitest';
import { readNetwork, refusal } from '../support/onnx-read';
import { between, floats, given, node, whole, type Sketch } from '../support/onnx-small';

describe('refused by the name of the node', () => {
  const pool = node('GlobalAveragePool(n) p');
  test.each<[string, Partial<Sketch>]>([
    ['n: MaxPool: no operator', { nodes: [node('MaxPool(m) n', { kernel_shape: { ints: [2, 2] } }), pool] }],
    ['n: HardSigmoid: alpha 0.2', { nodes: [node('HardSigmoid(m) n'), pool] }],
    [
      'n: Clip: .*are 0 and 4',
      { nodes: [node('Clip(m) n', { min: { float: 0 }, max: { float: 4 } }), pool], opset: 9 }
    ],
    [
      'n: Conv: auto_pad SAME_LOWER',
      {
        nodes: [node('Conv(m, w) n', { auto_pad: { text: 'SAME_LOWER' } }), pool],
        tensors: [floats('w', [6, 6, 3, 3])]
      }
    ],
    [
      'n: Conv: group 2',
      { nodes: [node('Conv(m, w) n', { group: { int: 2 } }), pool], tensors: [floats('w', [6, 3, 1, 1])] }
    ],
    ['n: DynamicQuantizeLinear', { nodes: [node('DynamicQuantizeLinear(m) n'), pool] }],
    ['n: QuantizeLinear', { nodes: [node('QuantizeLinear(m, s) n'), pool], tensors: [given('s', [1], [])] }],
    ['n: Upsample', { nodes: [node('Upsample(m, s) n'), pool], tensors: [given('s', [1, 1, 2, 2])], opset: 9 }],
    ['n: Resize: mode nearest', { nodes: [node('Resize(m, -, s) n'), pool], tensors: [given('s', [1, 1, 2, 2])] }],
    [
      'n: Gemm: alpha 2',
      {
        nodes: [
          node('GlobalAveragePool(m) g'),
          node('Flatten(g) f1'),
          node('Gemm(f1, w) n', { alpha: { float: 2 } }),
          node('Identity(n) p')
        ],
        tensors: [floats('w', [6, 6])]
      }
    ],
    [
      'n: BatchNormalization: training_mode',
      {
        nodes: [node('BatchNormalization(m, k, k, k, k) n', { training_mode: { int: 1 } }), pool],
        tensors: [given('k', [1, 1, 1, 1, 1, 1])],
        opset: 14
      }
    ],
    [
      'n: Pad: mode reflect',
      {
        nodes: [node('Pad(m, z) n', { mode: { text: 'reflect' } }), pool],
        tensors: [whole('z', [0, 0, 1, 1, 0, 0, 1, 1])]
      }
    ],
    ['n: Reshape: shape 2,-1', { nodes: [node('Reshape(m, z) n'), pool], tensors: [whole('z', [2, -1, 7])] }],
    [
      'n: Reshape: must leave the batch',
      { nodes: [node('Reshape(m, z) n'), pool], tensors: [whole('z', [16, 6, 1, 1])] }
    ],
    ['n: reads q', { nodes: [node('Add(m, q) n'), pool] }],
    ['file.onnx: .*sets 7 to 21.*22', { opset: 22 }],
    ['file.onnx: .*sets 7 to 21.*6', { opset: 6 }],
    ['file.onnx: must read one picture', { inputs: ['x', 'other'] }],
    ['x: .*1×3×\\?×8', { dims: [1, 3, 'height', 8] }],
    ['x: .*from 1 to 4096 pictures.*5000', { dims: [5000, 3, 8, 8] }],
    ['x: numbers must be', { type: 'int64' }]
  ])('%s', (words, sketch) => {
    expect(refusal(between(sketch))).toMatch(new RegExp(`^${words}`));
  });

  test('operators of others', () => {
    const file = between({ nodes: [node('FusedConv(m) n'), node('GlobalAveragePool(n) p')] });
    expect(refusal(file)).toMatch(/^n: FusedConv/);
  });

  test('constants among the inputs are no pictures', () => {
    const { tensors } = readNetwork(between({ inputs: ['w0', 'x', 'b0'] }));
    expect(tensors).toEqual(readNetwork(between({})).tensors);
  });
});

describe('files that mean harm', () => {
  const many = (count: number, one: (i: number) => string): Sketch['nodes'] =>
    Array.from({ length: count }, (_, i) => node(one(i)));
  const big = floats('big', [500, 500]);

  test.each<[string, () => Uint8Array, RegExp]>([
    ['nothing', () => new Uint8Array(0), /^file\.onnx: /],
    ['another format', () => new TextEncoder().encode('{"format": "graph-model"}'), /^file\.onnx: /],
    ['groups in groups', () => new Uint8Array(10_000).fill(0x0b), /^file\.onnx: damaged/],
    ['a length beyond the end', () => Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x07), /^file\.onnx: damaged/],
    ['a varint without end', () => new Uint8Array(2000).fill(0xff), /^file\.onnx: damaged/],
    [
      'a constant that turns without end',
      () => between({ nodes: many(2400, (i) => `Transpose(${i ? `t${i - 1}` : 'big'}) t${i}`), tensors: [big] }),
      /more work/
    ],
    [
      'factors without end',
      () =>
        between({
          nodes: [node('Conv(m, wide) s0'), ...many(2400, (i) => `Mul(s${i}, two) s${i + 1}`)],
          tensors: [floats('wide', [20_000, 6, 1, 1]), given('two', [2], [])]
        }),
      /more work/
    ],
    [
      'picks of nothing',
      () => between({ nodes: many(2400, (i) => `Gather(big, none) g${i}`), tensors: [big, whole('none', [])] }),
      /more work/
    ],
    [
      'a constant of 2^60 numbers',
      () => between({ nodes: [node('Add(m, k) p')], tensors: [{ ...given('k', [1]), dims: [2 ** 30, 2 ** 30] }] }),
      /^k: the shape/
    ],
    [
      'a made constant of 2^27 numbers',
      () => between({ nodes: [node('ConstantOfShape(s) k'), node('Add(m, k) p')], tensors: [whole('s', [2 ** 27])] }),
      /more work/
    ],
    [
      'a map of 2^40 pixels',
      () =>
        between({
          nodes: [node('Resize(m, -, -, s) p', { mode: { text: 'linear' } })],
          tensors: [whole('s', [1, 6, 2 ** 20, 2 ** 20])]
        }),
      /^p: gives a map/
    ],
    [
      'maps that double',
      () =>
        between({
          nodes: [
            node('Concat(m, m) c0', { axis: { int: 1 } }),
            ...Array.from({ length: 60 }, (_, i) => node(`Concat(c${i}, c${i}) c${i + 1}`, { axis: { int: 1 } }))
          ]
        }),
      /gives a map/
    ],
    [
      'a node that reads itself',
      () => between({ nodes: [node('Add(m, p) p')] }),
      /^p: Add|^p: reads|before it is computed/
    ],
    ['a name twice', () => between({ nodes: [node('Relu(m) d'), node('GlobalAveragePool(d) p')] }), /^d: stands twice/],
    [
      'thousands of branches',
      () =>
        between({
          nodes: [...many(2400, (i) => `Conv(m, wb) q${i}`), node('GlobalAveragePool(m) p')],
          tensors: [floats('wb', [6, 6, 1, 1])]
        }),
      /./
    ],
    [
      'prototype names',
      () => between({ nodes: [node('__proto__(m) constructor'), node('GlobalAveragePool(constructor) p')] }),
      /^constructor: __proto__/
    ]
  ])('%s', (_, file, words) => {
    expect(refusal(file())).toMatch(words);
  });
});
