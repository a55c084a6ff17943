/** @file Import: constants of a .tflite file as floats: half precision widened, 8- and 32-bit integers dequantized. */
import { widen } from '$lib/weights/half';
import type { Tensor } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { TfliteTensor, TfliteType } from './file';

const sizes: Readonly<Record<TfliteType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  uint8: 1,
  int64: 8,
  int8: 1
};

/** Elements of a shape; throws for one that is no shape. */
export function countOf(where: string, shape: readonly number[]): number {
  const count = shape.reduce((a, b) => a * b, 1);
  if (!shape.every((side) => side > 0) || count > 2 ** 28) {
    throw new NotUnderstood(where, m.import_tflite_shape({ shape: shape.join('×') }));
  }
  return count;
}

/** Stored numbers, not yet scaled. */
function stored({ bytes, type }: TfliteTensor, count: number): ArrayLike<number> {
  if (type === 'float16') return widen(bytes, 'F16');
  if (type === 'uint8') return bytes;
  if (type === 'int8') return new Int8Array(bytes.buffer, bytes.byteOffset, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'float32') return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  if (type === 'int32') return Int32Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true));
  return Float64Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

/** Real values: scale · (stored - zero point), one scale for all or one for each index along the quantized axis. */
function real(tensor: TfliteTensor, from: ArrayLike<number>, where: string): Float32Array {
  const { scale, zeroPoint, shape, axis } = tensor;
  const out = new Float32Array(from.length);
  const channels = scale.length > 1 ? (shape[axis] ?? 0) : 1;
  if (scale.length > 1 && scale.length !== channels) {
    throw new NotUnderstood(where, m.import_tflite_quantized({ want: channels, got: scale.length }));
  }
  const inner = scale.length > 1 ? shape.slice(axis + 1).reduce((a, b) => a * b, 1) : 1;
  for (let i = 0; i < out.length; i++) {
    const c = scale.length > 1 ? Math.floor(i / inner) % channels : 0;
    out[i] = ((from[i] as number) - (zeroPoint[c] ?? 0)) * (scale[c] ?? 1);
  }
  return out;
}

/** Widens each constant once, and hands out no more numbers in all than the file can hold twice. */
export class Constants {
  private readonly done = new Map<TfliteTensor, Tensor>();
  private left: number;
  /** Whether any constant stands for numbers that 8 bits only come near. */
  dequantized = false;

  constructor(fileBytes: number) {
    this.left = 2 * fileBytes;
  }

  /** The constant as floats in its own shape; throws where it is none, cut short or not finite. */
  read(tensor: TfliteTensor, where: string): Tensor {
    const count = countOf(where, tensor.shape);
    if (tensor.type === 'other') throw new NotUnderstood(where, m.import_tflite_type());
    const want = count * sizes[tensor.type];
    if (tensor.bytes.length !== want) {
      throw new NotUnderstood(where, m.import_tflite_bytes({ want, got: tensor.bytes.length }));
    }
    // Whoever reads a constant turns it round: each reading counts.
    this.left -= count;
    if (this.left < 0) throw new NotUnderstood(where, m.import_work());
    const known = this.done.get(tensor);
    if (known) return known;
    const data = real(tensor, stored(tensor, count), where);
    if (!data.every(Number.isFinite)) throw new NotUnderstood(where, m.import_finite());
    if ((tensor.type === 'int8' || tensor.type === 'uint8') && tensor.scale.length > 0 && count > 1)
      this.dequantized = true;
    const value = { shape: tensor.shape, data };
    this.done.set(tensor, value);
    return value;
  }
}

/** Moves the first axis of [out, ...] to the end: OHWI to HWIO, [out, in] to [in, out]. */
export function outLast({ shape, data }: Tensor): Tensor {
  const [out = 1, ...inner] = shape;
  const size = data.length / out;
  const moved = new Float32Array(data.length);
  for (let o = 0; o < out; o++) for (let i = 0; i < size; i++) moved[i * out + o] = data[o * size + i] as number;
  return { shape: [...inner, out], data: moved };
}
