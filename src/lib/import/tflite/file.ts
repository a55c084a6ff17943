/** @file Import: the tables of a .tflite file by slot number: tensors, operators, the values between them. */
import { m } from '$paraglide/messages';
import { aboutKey } from '../graph/about';
import { NotUnderstood } from '../graph/graph';
import { FlatBuffer, type Table } from './buffer';

/** Element types that are read, by their number in the format. */
const types: Readonly<Record<number, TfliteType>> = {
  0: 'float32',
  1: 'float16',
  2: 'int32',
  3: 'uint8',
  4: 'int64',
  9: 'int8'
};

export type TfliteType = 'float32' | 'float16' | 'int32' | 'uint8' | 'int64' | 'int8';

/** A tensor: an activation, or a constant where `bytes` are not empty. */
export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TfliteType | 'other';
  readonly bytes: Uint8Array;
  /** Real value = scale · (stored - zero point); one pair, one for each index along `axis`, or none. */
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

/** An operator; inputs and outputs count tensors, -1 is an input left out. */
export interface TfliteOperator {
  /** Number of a built-in operator; 32 is a custom one. */
  readonly code: number;
  readonly custom: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** A whole number of the options table, at a slot. */
  readonly option: (slot: number, otherwise: number) => number;
  /** A one-byte option (enum or yes/no). */
  readonly choice: (slot: number) => number;
  readonly customOptions: Uint8Array;
}

export interface TfliteFile {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** What our writer says beside the graph; null in files of others. */
  readonly about: Uint8Array | null;
}

/** A detector on V3-Large of halves, its activations spelt out, has about a thousand tensors. */
const mostItems = 2500;
const mostInputs = 64;
const mostAxes = 8;
const mostScales = 100_000;

class Reader {
  private readonly buffers: readonly Table[];
  private readonly codes: readonly { readonly code: number; readonly custom: string }[];
  /** Scales read so far: a file cannot hold more than a few for each of its bytes. */
  private scales = 0;

  constructor(
    private readonly flat: FlatBuffer,
    private readonly file: string
  ) {
    const root = flat.root();
    this.buffers = flat.tables(root, 4, mostItems);
    this.codes = flat.tables(root, 1, mostItems).map((table) => ({
      code: Math.max(flat.int8(table, 0, 0), flat.int32(table, 3, 0)),
      custom: flat.text(table, 1)
    }));
  }

  read(): TfliteFile {
    const { flat } = this;
    const [main, ...others] = flat.tables(flat.root(), 2, mostItems);
    if (main === undefined || others.length > 0) {
      throw new NotUnderstood(this.file, m.import_tflite_graphs({ got: main === undefined ? 0 : others.length + 1 }));
    }
    return {
      tensors: flat.tables(main, 0, mostItems).map((table) => this.tensor(table)),
      operators: flat.tables(main, 3, mostItems).map((table) => this.operator(table)),
      inputs: flat.int32s(main, 1, mostInputs),
      outputs: flat.int32s(main, 2, mostInputs),
      about: this.about()
    };
  }

  /** The buffer that the metadata names. */
  private about(): Uint8Array | null {
    const { flat } = this;
    const own = flat.tables(flat.root(), 6, mostInputs).find((table) => flat.text(table, 0) === aboutKey);
    const buffer = own === undefined ? undefined : this.buffers[flat.int32(own, 1, 0)];
    return buffer === undefined ? null : flat.raw(buffer, 0);
  }

  private tensor(table: Table): TfliteTensor {
    const { flat } = this;
    const buffer = this.buffers[flat.int32(table, 2, 0)];
    const quantization = flat.table(table, 4);
    const sparse = flat.table(table, 6) !== null;
    const scale = quantization === null ? [] : flat.float32s(quantization, 2, mostScales);
    const zeroPoint = quantization === null ? [] : flat.int64s(quantization, 3, mostScales);
    this.scales += scale.length + zeroPoint.length;
    if (this.scales > 4 * mostScales) throw new NotUnderstood(this.file, m.import_tflite_scales());
    return {
      name: flat.text(table, 3),
      shape: flat.int32s(table, 0, mostAxes),
      type: sparse ? 'other' : (types[flat.int8(table, 1, 0)] ?? 'other'),
      bytes: buffer === undefined ? new Uint8Array(0) : flat.raw(buffer, 0),
      scale,
      zeroPoint,
      axis: quantization === null ? 0 : flat.int32(quantization, 6, 0)
    };
  }

  private operator(table: Table): TfliteOperator {
    const { flat } = this;
    const index = flat.int32(table, 0, 0);
    const code = this.codes[index];
    if (!code) throw new NotUnderstood(this.file, m.import_tflite_code({ index }));
    const options = flat.table(table, 4);
    return {
      ...code,
      inputs: flat.int32s(table, 1, mostInputs),
      outputs: flat.int32s(table, 2, mostInputs),
      option: (slot, otherwise) => (options === null ? otherwise : flat.int32(options, slot, otherwise)),
      choice: (slot) => (options === null ? 0 : flat.int8(options, slot, 0)),
      customOptions: flat.raw(table, 5)
    };
  }
}

/** Reads the file's tables; throws `NotUnderstood` naming `file` where it is no whole .tflite file. */
export function readTfliteFile(bytes: Uint8Array, file: string): TfliteFile {
  const flat = new FlatBuffer(bytes, file);
  if (bytes.length < 8 || flat.identifier() !== 'TFL3') throw new NotUnderstood(file, m.import_tflite_not());
  return new Reader(flat, file).read();
}
