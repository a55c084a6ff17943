/** @file Test support: small .onnx graphs made by hand: a few nodes on a picture, with constants of any type. */
import {
  encodeOnnx,
  type Attribute,
  type DataType,
  type OnnxNode,
  type OnnxTensor
} from '../../src/lib/export/onnx/protobuf';

/** A node, 'Conv(x, w, b) y', with its options. */
export function node(line: string, attributes: Readonly<Record<string, Attribute>> = {}): OnnxNode {
  const found = /^(\w+)\((.*)\) (\S+)$/.exec(line);
  if (!found) throw new Error(`test: no node: ${line}`);
  const [, operator = '', inputs = '', output = ''] = found;
  return {
    operator,
    inputs: inputs === '' ? [] : inputs.split(', ').map((name) => (name === '-' ? '' : name)),
    outputs: [output],
    attributes
  };
}

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Floats counted up from `from` in small steps: each number another. */
export function floats(name: string, dims: readonly number[], from = 0): OnnxTensor {
  const size = dims.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(from + 1.7 * i) / 2);
  return { name, type: 'float32', dims, bytes: bytesOf(data) };
}

export const given = (
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length]
): OnnxTensor => ({
  name,
  type: 'float32',
  dims,
  bytes: bytesOf(Float32Array.from(values))
});

export const whole = (
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length]
): OnnxTensor => ({
  name,
  type: 'int64',
  dims,
  bytes: bytesOf(BigInt64Array.from(values, BigInt))
});

/** Numbers of 8 bits. */
export function small(
  name: string,
  type: 'int8' | 'uint8',
  numbers: { dims: readonly number[]; values: readonly number[] }
): OnnxTensor {
  const { dims, values } = numbers;
  return { name, type, dims, bytes: bytesOf(type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values)) };
}

/** What a hand-made file holds; the picture is `x`, the answer `y` unless said. */
export interface Sketch {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly opset?: number;
  /** Of the picture, the batch first. */
  readonly dims?: readonly (number | string)[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly type?: DataType;
}

/** The bytes of a file. */
export function sketched(sketch: Sketch): Uint8Array {
  const {
    nodes,
    tensors,
    opset = 13,
    dims = ['N', 3, 8, 8],
    inputs = ['x'],
    outputs = ['y'],
    type = 'float32'
  } = sketch;
  return encodeOnnx({
    name: 'sketch',
    opset,
    irVersion: 7,
    nodes,
    tensors,
    inputs: inputs.map((name) => ({ name, type, dims })),
    outputs: outputs.map((name) => ({ name, type: 'float32', dims: ['N'] })),
    values: [],
    metadata: {},
    producer: ['test', '1']
  });
}

const three = { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] }, strides: { ints: [2, 2] } };

/** A stem, a separable row and a classifier of a mean: nodes up to 'm' (the map), then from 'p' (the pooled map) to 'y'. */
export const trunk: Sketch = {
  nodes: [
    node('Conv(x, w0, b0) a', three),
    node('Relu(a) b'),
    node('Conv(b, w1, b1) c', { ...three, strides: { ints: [1, 1] }, group: { int: 4 } }),
    node('Relu(c) d'),
    node('Conv(d, w2, b2) e'),
    node('Relu(e) m')
  ],
  tensors: [
    floats('w0', [4, 3, 3, 3]),
    floats('b0', [4], 0.3),
    floats('w1', [4, 1, 3, 3], 0.7),
    floats('b1', [4], 0.9),
    floats('w2', [6, 4, 1, 1], 1.1),
    floats('b2', [6], 1.3)
  ]
};

/** The end of a classifier from the pooled map 'p'. */
export const classifier: Sketch = {
  nodes: [node('Flatten(p) f'), node('Gemm(f, w3, b3) y', { transB: { int: 1 } })],
  tensors: [floats('w3', [5, 6], 1.7), floats('b3', [5], 1.9)]
};

/** Trunk, then these nodes, then the classifier. */
export function between(sketch: Partial<Sketch>): Uint8Array {
  const { nodes = [node('GlobalAveragePool(m) p')], tensors = [], ...rest } = sketch;
  return sketched({
    ...rest,
    nodes: [...trunk.nodes, ...nodes, ...classifier.nodes],
    tensors: [...trunk.tensors, ...tensors, ...classifier.tensors]
  });
}
