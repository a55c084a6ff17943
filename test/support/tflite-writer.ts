/** @file Test support: writes a table of ops and its tensors as a .tflite file, constants stored in any way the format knows. */
import { match, type Activation, type ConvOp, type DepthwiseOp, type Op, type Rules } from '../../src/lib/ops/op';
import type { Tensor, Tensors } from '../../src/lib/weights/checkpoint';
import type { Architecture } from '../../src/lib/arch/architecture';
import { lowerWithOutputs } from '../../src/lib/ops/lower';
import { flatFile, text, type FlatTable, type Slot } from './flatbuffer-writer';
import { asFloat32, bytesOf, type Store, type Stored } from './tflite-stored';

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
  mean: 40,
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
  [code.mean, 27],
  [code.transposed, 49]
]);

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
  /**
   * As TensorFlow's converter writes Keras' own networks: the picture scaled inside, zeros before a strided depthwise
   * convolution, means, 1x1 convolutions for dense layers, h-swish in pieces.
   */
  readonly keras?: boolean;
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
    if (nl === 'hardSwish' && this.options.keras) return this.operator(code.multiply, [x, gate(x, '/gate')], next(''));
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

  /** The picture from 0 to 255 as numbers from -1 to 1, by the network's own first layer. */
  rescaled(x: number, input: readonly number[]): number {
    const scalar = (name: string, value: number): number =>
      this.tensor(name, [], asFloat32(Float32Array.of(value), [], 0));
    const next = (name: string): number => this.tensor(name, [1, ...input]);
    const scaled = this.operator(code.multiply, [x, scalar('scale', 1 / 127.5)], next('rescaling/mul'), [{ i8: 0 }]);
    return this.operator(code.add, [scaled, scalar('offset', -1)], next('rescaling/add'), [{ i8: 0 }]);
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
  const made = new Map<string, number>([['', options.keras ? writer.rescaled(picture, arch.input) : picture]]);
  const same = (op: ConvOp | DepthwiseOp): boolean =>
    arch.padding === 'same' && !(options.keras && op.kind === 'depthwise' && op.stride === 2);
  const read = (op: Op): number[] => op.inputs.map((id) => made.get(id) ?? -1);
  const plain = (op: Op, kind: number, inputs: readonly number[], table: FlatTable = []): number =>
    writer.operator(kind, inputs, writer.tensor(op.id, [1, ...op.out]), table);
  const step = (op: ConvOp | DepthwiseOp): Slot[] => [{ i8: same(op) ? 0 : 1 }, { i32: op.stride }, { i32: op.stride }];
  const gaps = (op: ConvOp | DepthwiseOp): Slot[] => [{ i32: op.dilation }, { i32: op.dilation }];
  const rules: Rules<number> = {
    conv: (op) => {
      const inputs = [writer.padded(op, read(op)[0]!, same(op)), writer.weight(op, outFirst, 0), writer.bias(op)];
      return writer.weighted(op, code.conv, inputs, (fused) => [...step(op), { i8: fused }, ...gaps(op)]);
    },
    depthwise: (op) => {
      const flat = ({ shape, data }: Tensor): Tensor => ({ shape: [1, shape[0]!, shape[1]!, op.out[2]], data });
      const inputs = [writer.padded(op, read(op)[0]!, same(op)), writer.weight(op, flat, 3), writer.bias(op)];
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
      if (options.keras) {
        const wide = ({ shape: [out = 1, inner = 1], data }: Tensor): Tensor => ({ shape: [out, 1, 1, inner], data });
        const inputs = [read(op)[0]!, writer.weight(op, (tensor) => wide(outFirst(tensor)), 0), writer.bias(op)];
        const table = (fused: number): FlatTable => [{ i8: 0 }, { i32: 1 }, { i32: 1 }, { i8: fused }];
        return writer.weighted(op, code.conv, inputs, table);
      }
      const inputs = [read(op)[0]!, writer.weight(op, outFirst, 0), writer.bias(op)];
      return writer.weighted(op, code.dense, inputs, (fused) => [{ i8: fused }]);
    },
    pool: (op) => {
      if (options.keras) {
        const axes = writer.ints(`${op.id}/axes`, [2], [1, 2]);
        return plain(op, code.mean, [read(op)[0]!, axes], [{ i8: 1 }]);
      }
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
