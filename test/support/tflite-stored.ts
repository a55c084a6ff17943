/** @file Test support: constants of a .tflite file in any way the format knows. */

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

export const bytesOf = (array: Float32Array | Int32Array): Uint8Array => new Uint8Array(array.slice().buffer);

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
