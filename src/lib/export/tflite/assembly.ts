/** @file Step 8, export: the tensors and operators of a .tflite file before they are written. */

/** Element types by their number in the format (schema.fbs, TensorType). */
export const liteTypes = { float32: 0, float16: 1, int32: 2, uint8: 3, int8: 9 } as const;
export type LiteType = keyof typeof liteTypes;

/** Real value = scale · (stored - zero point): one pair for all, or one for each index along `axis`. */
export interface LiteScale {
  readonly scale: Float32Array;
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

/** An activation, or a constant where there are bytes; the first axis of an activation is the batch of one. */
export interface LiteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: LiteType;
  readonly bytes?: Uint8Array;
  readonly quantized?: LiteScale;
}

/** Built-in operators by their number in the format (schema.fbs, BuiltinOperator). */
export const liteCodes = {
  add: 0,
  averagePool: 1,
  concat: 2,
  conv: 3,
  depthwise: 4,
  dequantize: 6,
  dense: 9,
  sigmoid: 14,
  multiply: 18,
  relu: 19,
  relu6: 21,
  reshape: 22,
  resize: 23,
  pad: 34,
  mean: 40,
  transposedConv: 67,
  quantize: 114,
  hardSwish: 117
} as const;
export type LiteCode = keyof typeof liteCodes;

/** The options table that belongs to an operator (schema.fbs, BuiltinOptions) and how many fields it may have. */
export const liteOptions: { readonly [C in LiteCode]: { readonly type: number; readonly fields: number } } = {
  add: { type: 11, fields: 2 },
  averagePool: { type: 5, fields: 6 },
  concat: { type: 10, fields: 2 },
  conv: { type: 1, fields: 7 },
  depthwise: { type: 2, fields: 7 },
  dequantize: { type: 38, fields: 0 },
  dense: { type: 8, fields: 5 },
  sigmoid: { type: 0, fields: 0 },
  multiply: { type: 21, fields: 1 },
  relu: { type: 0, fields: 0 },
  relu6: { type: 0, fields: 0 },
  reshape: { type: 17, fields: 1 },
  resize: { type: 15, fields: 4 },
  pad: { type: 22, fields: 0 },
  mean: { type: 27, fields: 1 },
  transposedConv: { type: 49, fields: 4 },
  quantize: { type: 89, fields: 0 },
  hardSwish: { type: 91, fields: 0 }
};

/** One field of an options table: a byte (enum, yes or no), a whole number, or a list of them. */
export interface LiteField {
  readonly slot: number;
  readonly value: { readonly byte: number } | { readonly int: number } | { readonly ints: readonly number[] };
}

/** An operator on tensors by number; -1 is an input left out. */
export interface LiteOperator {
  readonly code: LiteCode;
  readonly version: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly fields: readonly LiteField[];
}

/** The bytes of numbers, as they lie in memory (little endian). */
export const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Collects what a file holds; numbers of tensors are given out in order. */
export class LiteAssembly {
  readonly tensors: LiteTensor[] = [];
  readonly operators: LiteOperator[] = [];
  private readonly shared = new Map<string, number>();

  tensor(tensor: LiteTensor): number {
    return this.tensors.push(tensor) - 1;
  }

  /** Whole numbers that several operators may share: axes, sizes, borders. */
  integers(name: string, values: readonly number[], shape: readonly number[] = [values.length]): number {
    const key = `${shape.join()}:${values.join()}`;
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const made = this.tensor({ name, shape, type: 'int32', bytes: bytesOf(Int32Array.from(values)) });
    this.shared.set(key, made);
    return made;
  }

  operator(operator: LiteOperator): void {
    this.operators.push(operator);
  }
}
