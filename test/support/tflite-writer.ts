/** @file Test support: writes a table of ops and its tensors as a .tflite file, constants stored in any way the format knows. */
import { match, type Activation, type ConvOp, type DepthwiseOp, type Op, type Rules } from '../../src/lib/ops/op';
import type { Tensor, Tensors } from '../../src/lib/weights/checkpoint';
import type { Architecture } from '../../src/lib/arch/architecture';
import { lowerWithOutputs } from '../../src/lib/ops/lower';
import { flatFile, text, type FlatTable, type Slot } from './flatbuffer-writer';

/** Numbers of the operators written. */
const code = {
  add: 0,
  averagePool: 1,
  concat: 2,
  conv: 3,
  depthwise: 4,
  dense: 9,
  logistic: 14,
  multiply: 18,
  relu: 19,
  relu6: 21,
  reshape: 22,
  resize: 23,
  softmax: 25,
  pad: 34,
  transposed: 67,
  hardSwish: 117
} as const;

/** Which table of options an operator has (`BuiltinOptions` of the schema); the others have none. */
const optionsType: ReadonlyMap<number, number> = new Map([
  [code.add, 11],
  [code.averagePool, 5],
  [code.concat, 10],
  [code.conv, 1],
  [code.depthwise, 2],
  [code.dense, 8],
  [code.multiply, 21],
  [code.reshape, 17],
  [code.resize, 15],
  [code.softmax, 9],
  [code.pad, 22],
  [code.transposed, 49]
]);

/** A constant as the file stores it: element type, bytes, scales along an axis. */
export interface Stored {
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly quantization?: {
    readonly scale: readonly number[];
    readonly zero: readonly number[];
    readonly axis: number;
  };
}

/** How weights are stored; `axis` is that of the output channel. */
export type Store = (data: Float32Array, shape: readonly number[], axis: number) => Stored;

const bytesOf = (array: Float32Array | Int32Array): Uint8Array => new Uint8Array(array.slice().buffer);

export const asFloat32: Store = (data) => ({ type: 0, bytes: bytesOf(data) });

/** Half precision, rounded to nearest; enough for numbers between 2^-14 and 65504. */
export const asFloat16: Store = (data) => {
  const bits = Uint16Array.from(data, (value) => {
    const size = Math.abs(value);
    if (size < 2 ** -14) return 0;
    const exponent = Math.floor(Math.log2(size));
    const fraction = Math.round((size / 2 ** exponent - 1) * 1024);
    return (value < 0 ? 0x8000 : 0) + ((exponent + 15) << 10) + fraction;
  });
  return { type: 1, bytes: new Uint8Array(bits.buffer) };
};

/** 8 bits, a scale for each index along the axis. */
export const asInt8: Store = (data, shape, axis) => {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channels = shape[axis] ?? 1;
  const channel = (i: number): number => Math.floor(i / inner) % channels;
  const scale = new Array<number>(channels).fill(1e-9);
  data.forEach((value, i) => (scale[channel(i)] = Math.max(scale[channel(i)]!, Math.abs(value) / 127)));
  const bytes = Int8Array.from(data, (value, i) => Math.round(value / scale[channel(i)]!));
  return { type: 9, bytes: new Uint8Array(bytes.buffer), quantization: { scale, zero: scale.map(() => 0), axis } };
};

/** 8 bits from -1 to 1 with one scale and a zero point. */
export const asUint8: Store = (data) => {
  const scale = 2 / 255;
  const bytes = Uint8Array.from(data, (value) => Math.round(value / scale + 127));
  return { type: 3, bytes, quantization: { scale: [scale], zero: [127], axis: 0 } };
};

/** Moves the last axis to the front: HWIO to OHWI, [in, out] to [out, in]. */
function outFirst({ shape, data }: Tensor): Tensor {
  const out = shape.at(-1) ?? 1;
  const size = data.length / out;
  const moved = data.map((_, i) => data[(i % size) * out + Math.floor(i / size)] ?? 0);
  return { shape: [out, ...shape.slice(0, -1)], data: moved };
}

/** Choices of a file that mean the same. */
export interface WriteOptions {
  readonly store?: Store;
  /** ReLU and ReLU6 inside the operator before them, or on their own. */
  readonly fuse?: boolean;
  readonly softmax?: boolean;
  /** Type and scale of the picture where it is not float; no bytes. */
  readonly picture?: Stored;
  /** Another number for an operator. */
  readonly renumber?: Readonly<Record<number, number>>;
}

class Writer {
  private readonly buffers: FlatTable[] = [[]];
  private readonly tensors: FlatTable[] = [];
  private readonly operators: FlatTable[] = [];
  private readonly codes: number[] = [];

  constructor(
    private readonly weights: Tensors,
    private readonly options: WriteOptions
  ) {}

  tensor(name: string, shape: readonly number[], stored?: Stored): number {
    if (stored) this.buffers.push([{ bytes: stored.bytes }]);
    const q = stored?.quantization;
    const quantization: Slot | undefined = q && {
      table: [undefined, undefined, { float32s: q.scale }, { int64s: q.zero }, undefined, undefined, { i32: q.axis }]
    };
    const buffer = { i32: stored ? this.buffers.length - 1 : 0 };
    this.tensors.push([{ int32s: shape }, { i8: stored?.type ?? 0 }, buffer, text(name), quantization]);
    return this.tensors.length - 1;
  }

  constant(name: string, { shape, data }: Tensor, axis: number): number {
    return this.tensor(name, shape, (this.options.store ?? asFloat32)(data, shape, axis));
  }

  ints(name: string, shape: readonly number[], values: readonly number[]): number {
    return this.tensor(name, shape, { type: 2, bytes: bytesOf(Int32Array.from(values)) });
  }

  operator(kind: number, inputs: readonly number[], output: number, options: FlatTable = []): number {
    if (!this.codes.includes(kind)) this.codes.push(kind);
    const head = [{ i32: this.codes.indexOf(kind) }, { int32s: inputs }, { int32s: [output] }];
    const type = optionsType.get(kind);
    this.operators.push(type === undefined ? head : [...head, { i8: type }, { table: options }]);
    return output;
  }

  /** The weight of an op; `shape` and axis as the format has them. */
  weight(op: Op, arrange: (tensor: Tensor) => Tensor, axis: number): number {
    return this.constant(`${op.id}/weight`, arrange(this.weights[`${op.id}.weight`]!), axis);
  }

  /** Biases are stored as floats whatever the weights are. */
  bias(op: Op): number {
    const bias = this.weights[`${op.id}.bias`];
    return bias ? this.tensor(`${op.id}/bias`, bias.shape, asFloat32(bias.data, bias.shape, 0)) : -1;
  }

  /** An activation after tensor `x`; the name of the op stays with the last. */
  activation(op: Op, x: number, nl: Activation): number {
    const shape = [1, ...op.out];
    const next = (suffix: string): number => this.tensor(op.id + suffix, shape);
    const scalar = (suffix: string, value: number): number =>
      this.tensor(op.id + suffix, [1], asFloat32(Float32Array.of(value), [1], 0));
    const gate = (from: number, name: string): number => {
      const shifted = this.operator(code.add, [from, scalar('/three', 3)], next('/shift'), [{ i8: 3 }]);
      return this.operator(code.multiply, [shifted, scalar('/sixth', 1 / 6)], next(name));
    };
    if (nl === 'relu') return this.operator(code.relu, [x], next(''));
    if (nl === 'relu6') return this.operator(code.relu6, [x], next(''));
    if (nl === 'sigmoid') return this.operator(code.logistic, [x], next(''));
    if (nl === 'hardSwish') return this.operator(code.hardSwish, [x], next(''));
    if (nl === 'hardSigmoid') return gate(x, '');
    if (nl === 'swish') {
      return this.operator(code.multiply, [x, this.operator(code.logistic, [x], next('/gate'))], next(''));
    }
    throw new Error(`writer: no operator for ${nl}`);
  }

  /** One weighted operator with its activation, fused where wished and possible. */
  weighted(
    op: Op & { nl: Activation },
    kind: number,
    inputs: readonly number[],
    options: (fused: number) => FlatTable
  ): number {
    const fused = this.options.fuse ? { relu: 1, relu6: 3 }[op.nl as string] : undefined;
    const rest = fused === undefined && op.nl !== 'linear';
    const out = this.tensor(op.id + (rest ? '/linear' : ''), [1, ...op.out]);
    this.operator(kind, inputs, out, options(fused ?? 0));
    return rest ? this.activation(op, out, op.nl) : out;
  }

  /** The map a windowed op reads: with a pad of its own unless SAME gives the same zeros. */
  padded(op: ConvOp | DepthwiseOp, x: number, same: boolean): number {
    if (same || op.pad.every((side) => side === 0)) return x;
    const [top, bottom, left, right] = op.pad;
    const [height, width, channels] = op.in;
    const pads = this.ints(`${op.id}/zeros`, [4, 2], [0, 0, top, bottom, left, right, 0, 0]);
    const out = this.tensor(`${op.id}/padded`, [1, height + top + bottom, width + left + right, channels]);
    return this.operator(code.pad, [x, pads], out);
  }

  file(input: number, outputs: readonly number[]): Uint8Array {
    return flatFile('TFL3', [
      { i32: 3 },
      {
        tables: this.codes.map((own) => {
          const builtin = this.options.renumber?.[own] ?? own;
          return [{ i8: builtin }, undefined, undefined, { i32: builtin }];
        })
      },
      {
        tables: [
          [{ tables: this.tensors }, { int32s: [input] }, { int32s: outputs }, { tables: this.operators }, text('main')]
        ]
      },
      text('written by a test'),
      { tables: this.buffers }
    ]);
  }
}

/** The file of a table without batch norm. */
export function writeTflite(arch: Architecture, weights: Tensors, options: WriteOptions = {}): Uint8Array {
  const { ops, outputs } = lowerWithOutputs(arch);
  const writer = new Writer(weights, options);
  const picture = writer.tensor('picture', [1, ...arch.input], options.picture);
  const made = new Map<string, number>([['', picture]]);
  const same = arch.padding === 'same';
  const read = (op: Op): number[] => op.inputs.map((id) => made.get(id) ?? -1);
  const plain = (op: Op, kind: number, inputs: readonly number[], table: FlatTable = []): number =>
    writer.operator(kind, inputs, writer.tensor(op.id, [1, ...op.out]), table);
  const step = (op: ConvOp | DepthwiseOp): Slot[] => [{ i8: same ? 0 : 1 }, { i32: op.stride }, { i32: op.stride }];
  const gaps = (op: ConvOp | DepthwiseOp): Slot[] => [{ i32: op.dilation }, { i32: op.dilation }];
  const rules: Rules<number> = {
    conv: (op) => {
      const inputs = [writer.padded(op, read(op)[0]!, same), writer.weight(op, outFirst, 0), writer.bias(op)];
      return writer.weighted(op, code.conv, inputs, (fused) => [...step(op), { i8: fused }, ...gaps(op)]);
    },
    depthwise: (op) => {
      const flat = ({ shape, data }: Tensor): Tensor => ({ shape: [1, shape[0]!, shape[1]!, op.out[2]], data });
      const inputs = [writer.padded(op, read(op)[0]!, same), writer.weight(op, flat, 3), writer.bias(op)];
      const table = (fused: number): FlatTable => [...step(op), { i32: op.multiplier }, { i8: fused }, ...gaps(op)];
      return writer.weighted(op, code.depthwise, inputs, table);
    },
    transposedConv: (op) => {
      const size = writer.ints(`${op.id}/size`, [4], [1, ...op.out]);
      const inputs = [size, writer.weight(op, outFirst, 0), read(op)[0]!, writer.bias(op)];
      const step2 = [{ i8: 1 }, { i32: op.kernel }, { i32: op.kernel }];
      return writer.weighted(op, code.transposed, inputs, () => step2);
    },
    dense: (op) => {
      const inputs = [read(op)[0]!, writer.weight(op, outFirst, 0), writer.bias(op)];
      return writer.weighted(op, code.dense, inputs, (fused) => [{ i8: fused }]);
    },
    pool: (op) => {
      const window = [{ i8: 1 }, { i32: 1 }, { i32: 1 }, { i32: op.in[1] }, { i32: op.in[0] }];
      return plain(op, code.averagePool, read(op), window);
    },
    averagePool: (op) => {
      const [height, width] = op.kernel;
      const window = [{ i8: 1 }, { i32: op.stride[1] }, { i32: op.stride[0] }, { i32: width }, { i32: height }];
      return plain(op, code.averagePool, read(op), window);
    },
    resize: (op) => {
      const size = writer.ints(`${op.id}/size`, [2], [op.out[0], op.out[1]]);
      return plain(op, code.resize, [read(op)[0]!, size], [undefined, undefined, { i8: 0 }, { i8: 1 }]);
    },
    multiply: (op) => plain(op, code.multiply, read(op)),
    add: (op) => plain(op, code.add, read(op)),
    concat: (op) => plain(op, code.concat, read(op), [{ i32: 3 }])
  };
  for (const op of ops) made.set(op.id, match(op, rules));
  let answers = outputs.map((id) => made.get(id) ?? -1);
  if (options.softmax) {
    const flat = writer.operator(code.reshape, [answers[0]!], writer.tensor('flat', [1, arch.classes]));
    answers = [writer.operator(code.softmax, [flat], writer.tensor('softmax', [1, arch.classes]))];
  }
  return writer.file(picture, answers);
}
