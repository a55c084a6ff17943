/** @file Tests of the .onnx reader on graphs made by hand: spellings of one thing, constants of every kind, layouts. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import { readNetwork, refusal, type Network } from '../support/onnx-read';
import {
  between,
  classifier,
  floats,
  given,
  node,
  sketched,
  small,
  trunk,
  whole,
  type Sketch
} from '../support/onnx-small';

const plain = readNetwork(between({}));

test('a graph of convolutions, a mean and a dense layer', () => {
  expect(plain.arch).toMatchObject({
    input: [8, 8, 3],
    classes: 5,
    padding: 'symmetric',
    stem: { kernel: 3, out: 4, nl: 'relu', stride: 2 },
    rows: [{ kind: 'separable', kernel: 3, out: 6, nl: 'relu', stride: 1 }]
  });
  const { data } = plain.tensors['stem.weight']!;
  const original = new Float32Array(floats('w0', [4, 3, 3, 3]).bytes.buffer);
  // [out, in, y, x] of the file is [y, x, in, out] here: filter 2, channel 1, row 0, column 2.
  expect(data[((0 * 3 + 2) * 3 + 1) * 4 + 2]).toBe(original[((2 * 3 + 1) * 3 + 0) * 3 + 2]);
});

/** Ways to say the same between the last map 'm' [1, 6, 4, 4] and the pooled 'p'. */
const spellings: Readonly<Record<string, Partial<Sketch>>> = {
  'a mean over both axes that is kept': { nodes: [node('ReduceMean(m) p', { axes: { ints: [2, 3] } })] },
  'a mean that drops its axes': {
    nodes: [node('ReduceMean(m) p', { axes: { ints: [-2, -1] }, keepdims: { int: 0 } })]
  },
  'axes as an input': { nodes: [node('ReduceMean(m, axes) p')], tensors: [whole('axes', [2, 3])], opset: 18 },
  'a pool as large as the map': { nodes: [node('AveragePool(m) p', { kernel_shape: { ints: [4, 4] } })] },
  'a mean over a map turned to NHWC': {
    nodes: [
      node('Transpose(m) t', { perm: { ints: [0, 2, 3, 1] } }),
      node('ReduceMean(t) p', { axes: { ints: [1, 2] }, keepdims: { int: 0 } })
    ]
  },
  'dropout, identity and casts': {
    nodes: [
      node('Dropout(m) d1'),
      node('Identity(d1) d2'),
      node('Cast(d2) d3', { to: { int: 1 } }),
      node('GlobalAveragePool(d3) p')
    ]
  },
  'squeezed and put back': {
    nodes: [
      node('GlobalAveragePool(m) g'),
      node('Squeeze(g) s', { axes: { ints: [2, 3] } }),
      node('Unsqueeze(s) p', { axes: { ints: [2, 3] } })
    ],
    opset: 11
  },
  'a shape worked out of the batch': {
    nodes: [
      node('GlobalAveragePool(m) g'),
      node('Shape(g) s'),
      node('Constant() zero', { value: { tensor: whole('', [0], []) } }),
      node('Gather(s, zero) batch'),
      node('Unsqueeze(batch, first) batches'),
      node('Concat(batches, rest) shape', { axis: { int: 0 } }),
      node('Reshape(g, shape) p')
    ],
    tensors: [whole('first', [0]), whole('rest', [-1])]
  }
};

test.each(Object.entries(spellings))('%s', (_, sketch) => {
  const { arch, tensors } = readNetwork(between(sketch));
  expect([arch, tensors]).toEqual([plain.arch, plain.tensors]);
});

describe('constants', () => {
  /** The trunk with its last weight made by these nodes. */
  const weighted = (nodes: Sketch['nodes'], tensors: Sketch['tensors']): Network =>
    readNetwork(
      sketched({
        nodes: [...nodes, ...trunk.nodes, node('GlobalAveragePool(m) p'), ...classifier.nodes],
        tensors: [...trunk.tensors.filter(({ name }) => name !== 'w2'), ...tensors, ...classifier.tensors]
      })
    );
  const values = Array.from({ length: 24 }, (_, i) => ((i * 37) % 255) - 127);
  const scales = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
  /** Weight of filter o and channel c. */
  const weight = ({ tensors }: Network, o: number, c: number): number =>
    tensors['row01.pointwise.weight']!.data[c * 6 + o] ?? NaN;

  test('of 8 bits with a scale for each filter', () => {
    const network = weighted(
      [node('DequantizeLinear(q, s, z) w2', { axis: { int: 0 } })],
      [
        small('q', 'int8', { dims: [6, 4, 1, 1], values }),
        given('s', scales),
        small('z', 'int8', { dims: [6], values: [0, 0, 0, 0, 0, 7] })
      ]
    );
    expect(weight(network, 2, 3)).toBeCloseTo(0.3 * (values[11] ?? 0), 4);
    expect(weight(network, 5, 1)).toBeCloseTo(0.6 * ((values[21] ?? 0) - 7), 4);
  });

  test('rounded to 8 bits and back', () => {
    const network = weighted(
      [node('QuantizeLinear(w, s, z) q'), node('DequantizeLinear(q, s, z) w2')],
      [floats('w', [6, 4, 1, 1], 1.1), given('s', [0.25], []), small('z', 'uint8', { dims: [], values: [2] })]
    );
    const exact = plain.tensors['row01.pointwise.weight']!.data;
    const rounded = network.tensors['row01.pointwise.weight']!.data;
    // Nothing is below the least stored number; the sum makes one zero of both.
    expect(Array.from(rounded)).toEqual(Array.from(exact, (value) => Math.max(-2, Math.round(value * 4)) / 4 + 0));
  });

  test('turned round by a node', () => {
    const network = weighted(
      [node('Transpose(w) w2', { perm: { ints: [1, 0, 3, 2] } })],
      [floats('w', [4, 6, 1, 1], 1.1)]
    );
    const original = new Float32Array(floats('w', [4, 6, 1, 1], 1.1).bytes.buffer);
    expect(weight(network, 4, 2)).toBe(original[2 * 6 + 4]);
  });

  test('halves', () => {
    const halves = Uint16Array.from({ length: 24 }, (_, i) => 0x3c00 + i);
    const network = weighted(
      [node('Cast(h) w2', { to: { int: 1 } })],
      [{ name: 'h', type: 'float16', dims: [6, 4, 1, 1], bytes: new Uint8Array(halves.buffer) }]
    );
    expect(weight(network, 1, 2)).toBe(1 + 6 / 1024);
  });

  test('numbers in float_data instead of bytes', () => {
    const numbers = new Float32Array(floats('w2', [6, 4, 1, 1], 1.1).bytes.buffer);
    const file = withTensor((tensor) => {
      for (const side of [6, 4, 1, 1]) tensor.tag(1, WireType.Varint).int64(side);
      tensor.tag(2, WireType.Varint).int32(1);
      tensor.tag(8, WireType.LengthDelimited).string('w2');
      tensor.tag(4, WireType.LengthDelimited).fork();
      for (const number of numbers) tensor.float(number);
      tensor.join();
    });
    expect(readNetwork(file).tensors).toEqual(plain.tensors);
  });

  test('kept in another file are refused by name', () => {
    const file = withTensor((tensor) => {
      for (const side of [6, 4, 1, 1]) tensor.tag(1, WireType.Varint).int64(side);
      tensor.tag(2, WireType.Varint).int32(1);
      tensor.tag(8, WireType.LengthDelimited).string('w2');
      tensor.tag(14, WireType.Varint).int32(1);
    });
    expect(refusal(file)).toMatch(/^w2: its numbers lie in another file/);
  });
});

/** The plain graph with the weight 'w2' written as this message; a field of a message may stand anywhere in it. */
function withTensor(fill: (tensor: BinaryWriter) => void): Uint8Array {
  const without: Sketch = {
    nodes: [...trunk.nodes, node('GlobalAveragePool(m) p'), ...classifier.nodes],
    tensors: [...trunk.tensors.filter(({ name }) => name !== 'w2'), ...classifier.tensors]
  };
  const tensor = new BinaryWriter();
  fill(tensor);
  const graph = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(tensor.finish()).finish();
  const reader = new BinaryReader(sketched(without));
  const file = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    file.tag(number, wire);
    if (number === 7) file.bytes(Uint8Array.from([...reader.bytes(), ...graph]));
    else file.raw(reader.skip(wire, number));
  }
  return file.finish();
}

describe('channels first', () => {
  test('a classifier of a flattened map is refused', () => {
    const file = between({ nodes: [node('Identity(m) p')], tensors: [] });
    expect(refusal(file)).toMatch(/^f: Flatten: .*1×6×4×4/);
  });

  test('a constant along the width is no constant for each channel', () => {
    const file = between({ nodes: [node('Add(m, k) s'), node('GlobalAveragePool(s) p')], tensors: [floats('k', [4])] });
    expect(refusal(file)).toMatch(/^s: Add: .*one for each channel/);
  });

  test('a sum of a map and a turned map is refused', () => {
    const nodes = [
      node('Transpose(m) t', { perm: { ints: [0, 1, 3, 2] } }),
      node('Add(m, t) s'),
      node('GlobalAveragePool(s) p')
    ];
    expect(refusal(between({ nodes }))).toMatch(/^s: Add: .*another order/);
  });

  test('a picture with its channels last is turned round by the file', () => {
    const turn = node('Transpose(x) turned', { perm: { ints: [0, 3, 1, 2] } });
    const [first, ...rest] = trunk.nodes;
    const nodes = [turn, { ...first!, inputs: ['turned', 'w0', 'b0'] }, ...rest, node('GlobalAveragePool(m) p')];
    const tensors = [...trunk.tensors, ...classifier.tensors];
    const { arch, tensors: got } = readNetwork(
      sketched({ nodes: [...nodes, ...classifier.nodes], tensors, dims: ['N', 8, 8, 3] })
    );
    expect([arch, got]).toEqual([plain.arch, plain.tensors]);
  });
});

test('what scales the picture is a note', () => {
  const [first, ...rest] = trunk.nodes;
  const nodes = [
    node('Div(x, by) x1'),
    node('Sub(x1, mean) x2'),
    { ...first!, inputs: ['x2', 'w0', 'b0'] },
    ...rest,
    node('GlobalAveragePool(m) p'),
    ...classifier.nodes
  ];
  const tensors = [
    ...trunk.tensors,
    ...classifier.tensors,
    given('by', [127.5], []),
    given('mean', [1, 2, 3], [3, 1, 1])
  ];
  const { notes, tensors: got } = readNetwork(sketched({ nodes, tensors }));
  expect(notes.join()).toContain('x · 0.007843 + [-1, -2, -3]');
  expect(got).toEqual(plain.tensors);
});

test('a softmax and an argmax at the end are left out with a note', () => {
  const nodes = [
    ...trunk.nodes,
    node('GlobalAveragePool(m) p'),
    ...classifier.nodes,
    node('Softmax(y) soft', { axis: { int: 1 } })
  ];
  const tensors = [...trunk.tensors, ...classifier.tensors];
  const soft = readNetwork(sketched({ nodes, tensors, outputs: ['soft'] }));
  const best = node('ArgMax(soft) best', { axis: { int: -1 }, keepdims: { int: 0 } });
  const most = readNetwork(sketched({ nodes: [...nodes, best], tensors, outputs: ['best'] }));
  expect([soft.tensors, most.tensors]).toEqual([plain.tensors, plain.tensors]);
  expect([soft.notes.length, most.notes.length]).toEqual([1, 2]);
});

describe('activations', () => {
  /** The non-linearity of the row when these nodes stand after its pointwise convolution. */
  const row = (nodes: Sketch['nodes'], tensors: Sketch['tensors'] = [], opset = 14): unknown => {
    const kept = trunk.nodes.slice(0, -1);
    const all = [...kept, ...nodes, node('GlobalAveragePool(m) p'), ...classifier.nodes];
    const { arch } = readNetwork(
      sketched({ nodes: all, tensors: [...trunk.tensors, ...tensors, ...classifier.tensors], opset })
    );
    // A row of another non-linearity than its depthwise is a depthwise row and a convolution.
    const last = arch.head.kind === 'classifier' ? arch.head.conv : null;
    return last?.nl ?? arch.rows.at(-1);
  };
  const sixth = { alpha: { float: 1 / 6 }, beta: { float: 0.5 } };
  const bounds = [given('low', [0], []), given('high', [6], []), given('top', [Infinity], [])];

  test.each([
    ['relu6', [node('Clip(e, low, high) m')], bounds, 14],
    ['relu6', [node('Clip(e) m', { min: { float: 0 }, max: { float: 6 } })], [], 9],
    ['hardSwish', [node('HardSwish(e) m')], [], 14],
    ['hardSwish', [node('HardSigmoid(e) h', sixth), node('Mul(e, h) m')], [], 11],
    ['swish', [node('Sigmoid(e) h'), node('Mul(h, e) m')], [], 14],
    [
      'hardSwish',
      [node('Add(e, three) a1'), node('Clip(a1, low, high) a2'), node('Div(a2, high) a3'), node('Mul(e, a3) m')],
      [...bounds, given('three', [3], [])],
      11
    ],
    [
      'shiftedSwish',
      [node('Add(e, three) a1'), node('Sigmoid(a1) a2'), node('Mul(e, a2) a3'), node('Div(a3, high) m')],
      [...bounds, given('three', [3], [])],
      14
    ]
  ] as const)('%s %#', (nl, nodes, tensors, opset) => {
    expect(row(nodes, tensors, opset)).toBe(nl);
  });

  test('relu as a clip without an upper bound', () => {
    expect(row([node('Clip(e, low, top) m')], bounds)).toMatchObject({ kind: 'separable', nl: 'relu' });
  });
});
