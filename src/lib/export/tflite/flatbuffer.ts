/** @file Step 8, export: the FlatBuffer of a .tflite file, table by table, by slot number (schema.fbs, version 3). */
import { Builder } from 'flatbuffers';
import { build } from '$lib/base/build';
import { liteCodes, liteOptions, liteTypes, type LiteOperator, type LiteScale, type LiteTensor } from './assembly';

/** What a file holds. */
export interface LiteFile {
  readonly name: string;
  readonly tensors: readonly LiteTensor[];
  readonly operators: readonly LiteOperator[];
  readonly inputs: readonly LitePort[];
  readonly outputs: readonly LitePort[];
  /** Bytes by name that runtimes pass over. */
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}

/** What goes in or comes out: the name that runtimes show, and the number of its tensor. */
export interface LitePort {
  readonly name: string;
  readonly tensor: number;
}

/** Weights begin at multiples of 16 bytes, which the runtimes' fast kernels read in place. */
const ALIGNMENT = 16;

/** Bytes that the tables around one tensor or operator take at most, for the builder's first guess. */
const AROUND = 256;

/** No number equals it: a field is then written whatever its value. */
const ALWAYS = NaN;

/** Fills slots of a new table and gives its place. */
function table(builder: Builder, fields: number, fill: () => void): number {
  builder.startObject(fields);
  fill();
  return builder.endObject();
}

function offsets(builder: Builder, places: readonly number[]): number {
  builder.startVector(4, places.length, 4);
  for (const place of places.toReversed()) builder.addOffset(place);
  return builder.endVector();
}

function int32s(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addInt32(value);
  return builder.endVector();
}

function float32s(builder: Builder, values: Float32Array): number {
  builder.startVector(4, values.length, 4);
  for (let i = values.length - 1; i >= 0; i--) builder.addFloat32(values[i] as number);
  return builder.endVector();
}

function int64s(builder: Builder, values: readonly number[]): number {
  builder.startVector(8, values.length, 8);
  for (const value of values.toReversed()) builder.addInt64(BigInt(value));
  return builder.endVector();
}

/**
 * A vector of bytes copied at once. The builder can only add them one by one, a second for 20 MB: its own place and buffer
 * are reached under the names its sources give them.
 */
function bytes(builder: Builder, values: Uint8Array): number {
  builder.startVector(1, values.length, ALIGNMENT);
  const inside = builder as unknown as {
    space: number;
    bb: { setPosition(at: number): void; bytes(): Uint8Array };
  };
  inside.space -= values.length;
  inside.bb.setPosition(inside.space);
  inside.bb.bytes().set(values, inside.space);
  return builder.endVector();
}

/** Buffer 0 is empty by rule; each constant has its own. Gives the buffers' places and the number of each tensor's. */
function writeBuffers(builder: Builder, tensors: readonly LiteTensor[]) {
  const places = [table(builder, 1, () => undefined)];
  const numbers = tensors.map(({ bytes: values }) => {
    if (!values) return 0;
    const data = bytes(builder, values);
    return places.push(table(builder, 1, () => builder.addFieldOffset(0, data, 0))) - 1;
  });
  return { places, numbers };
}

function writeScale(builder: Builder, { scale, zeroPoint, axis }: LiteScale): number {
  const [scales, zeros] = [float32s(builder, scale), int64s(builder, zeroPoint)];
  return table(builder, 7, () => {
    builder.addFieldOffset(2, scales, 0);
    builder.addFieldOffset(3, zeros, 0);
    builder.addFieldInt32(6, axis, 0);
  });
}

function writeTensor(builder: Builder, { name, shape, type, quantized }: LiteTensor, buffer: number): number {
  const [text, sizes] = [builder.createString(name), int32s(builder, shape)];
  const scale = quantized ? writeScale(builder, quantized) : 0;
  return table(builder, 9, () => {
    builder.addFieldOffset(0, sizes, 0);
    builder.addFieldInt8(1, liteTypes[type], 0);
    builder.addFieldInt32(2, buffer, 0);
    builder.addFieldOffset(3, text, 0);
    builder.addFieldOffset(4, scale, 0);
  });
}

function writeOptions(builder: Builder, { code, fields }: LiteOperator): number {
  const lists = new Map(
    fields.flatMap(({ slot, value }) => ('ints' in value ? [[slot, int32s(builder, value.ints)] as const] : []))
  );
  return table(builder, liteOptions[code].fields, () => {
    for (const { slot, value } of fields) {
      if ('byte' in value) builder.addFieldInt8(slot, value.byte, ALWAYS);
      else if ('int' in value) builder.addFieldInt32(slot, value.int, ALWAYS);
      else builder.addFieldOffset(slot, lists.get(slot) ?? 0, 0);
    }
  });
}

function writeOperator(builder: Builder, operator: LiteOperator, code: number): number {
  const [inputs, outputs] = [int32s(builder, operator.inputs), int32s(builder, operator.outputs)];
  const { type } = liteOptions[operator.code];
  const options = type === 0 ? 0 : writeOptions(builder, operator);
  return table(builder, 6, () => {
    builder.addFieldInt32(0, code, 0);
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, outputs, 0);
    builder.addFieldInt8(3, type, 0);
    builder.addFieldOffset(4, options, 0);
  });
}

/** Names for inputs and outputs, which runtimes show. */
function writeSignature(builder: Builder, { inputs, outputs }: LiteFile): number {
  const named = (ports: readonly LitePort[]): number =>
    offsets(
      builder,
      ports.map(({ name, tensor }) => {
        const text = builder.createString(name);
        return table(builder, 2, () => {
          builder.addFieldOffset(0, text, 0);
          builder.addFieldInt32(1, tensor, ALWAYS);
        });
      })
    );
  const [given, found, key] = [named(inputs), named(outputs), builder.createString('serving_default')];
  return table(builder, 5, () => {
    builder.addFieldOffset(0, given, 0);
    builder.addFieldOffset(1, found, 0);
    builder.addFieldOffset(2, key, 0);
  });
}

/** Each entry in a buffer of its own, which joins `places`. */
function writeMetadata(builder: Builder, { metadata }: LiteFile, places: number[]): number {
  const entries = Object.entries(metadata).map(([key, value]) => {
    const data = bytes(builder, value);
    const buffer = places.push(table(builder, 1, () => builder.addFieldOffset(0, data, 0))) - 1;
    const name = builder.createString(key);
    return table(builder, 2, () => {
      builder.addFieldOffset(0, name, 0);
      builder.addFieldInt32(1, buffer, 0);
    });
  });
  return entries.length === 0 ? 0 : offsets(builder, entries);
}

/** The bytes of a .tflite file. */
export function encodeLite(file: LiteFile): Uint8Array<ArrayBuffer> {
  const { tensors, operators } = file;
  const size = tensors.reduce((sum, tensor) => sum + (tensor.bytes?.length ?? 0) + AROUND, AROUND * operators.length);
  const builder = new Builder(size + 4096);
  const buffers = writeBuffers(builder, tensors);
  const metadata = writeMetadata(builder, file, buffers.places);
  const written = tensors.map((tensor, i) => writeTensor(builder, tensor, buffers.numbers[i] ?? 0));
  const kinds = [...new Set(operators.map(({ code, version }) => `${code} ${version}`))];
  const run = operators.map((one) => writeOperator(builder, one, kinds.indexOf(`${one.code} ${one.version}`)));
  const [all, steps, name] = [offsets(builder, written), offsets(builder, run), builder.createString(file.name)];
  const numbers = (ports: readonly LitePort[]): number =>
    int32s(
      builder,
      ports.map(({ tensor }) => tensor)
    );
  const [given, found] = [numbers(file.inputs), numbers(file.outputs)];
  const graph = table(builder, 5, () => {
    builder.addFieldOffset(0, all, 0);
    builder.addFieldOffset(1, given, 0);
    builder.addFieldOffset(2, found, 0);
    builder.addFieldOffset(3, steps, 0);
    builder.addFieldOffset(4, name, 0);
  });
  const codes = kinds.map((kind) => {
    const [code = '', version = ''] = kind.split(' ');
    const number = liteCodes[code as keyof typeof liteCodes];
    return table(builder, 4, () => {
      // Old readers look at the byte, new ones at the number.
      builder.addFieldInt8(0, Math.min(number, 127), ALWAYS);
      builder.addFieldInt32(2, Number(version), 0);
      builder.addFieldInt32(3, number, ALWAYS);
    });
  });
  const [codeTable, graphs] = [offsets(builder, codes), offsets(builder, [graph])];
  const [by, constants] = [builder.createString(['Bneck', build.version].join(' ')), offsets(builder, buffers.places)];
  const signatures = offsets(builder, [writeSignature(builder, file)]);
  const model = table(builder, 8, () => {
    builder.addFieldInt32(0, 3, 0);
    builder.addFieldOffset(1, codeTable, 0);
    builder.addFieldOffset(2, graphs, 0);
    builder.addFieldOffset(3, by, 0);
    builder.addFieldOffset(4, constants, 0);
    builder.addFieldOffset(6, metadata, 0);
    builder.addFieldOffset(7, signatures, 0);
  });
  builder.finish(model, 'TFL3');
  return builder.asUint8Array() as Uint8Array<ArrayBuffer>;
}
