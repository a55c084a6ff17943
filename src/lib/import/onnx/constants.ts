/** @file Import: constants of an .onnx file as numbers: every type widened, never more of them than the file can hold. */
import { widen } from '$lib/weights/half';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { OnnxTensor, OnnxType } from './file';

/** Numbers known before any picture; `whole` are sizes, axes and stored 8-bit weights, kept to the last digit. */
export type OnnxConstant =
  | { readonly whole: false; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly whole: true; readonly type: OnnxType; readonly shape: readonly number[]; readonly data: Float64Array };

type Stored = Exclude<OnnxType, 'other'>;

const sizes: Readonly<Record<Stored, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Floats from little-endian bytes that may begin anywhere. */
function float32Of(bytes: Uint8Array): Float32Array {
  const view = viewOf(bytes);
  const out = new Float32Array(bytes.length / 4);
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, true);
  return out;
}

function float64Of(bytes: Uint8Array): Float32Array {
  const view = viewOf(bytes);
  return Float32Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

/** How one raw number of each whole type is read. */
const wholeAt: Readonly<Record<'uint8' | 'int8' | 'int32' | 'int64' | 'bool', (view: DataView, at: number) => number>> =
  {
    uint8: (view, at) => view.getUint8(at),
    bool: (view, at) => view.getUint8(at),
    int8: (view, at) => view.getInt8(at),
    int32: (view, at) => view.getInt32(at, true),
    int64: (view, at) => Number(view.getBigInt64(at, true))
  };

const halfBytes = (bits: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(bits).buffer);

/** Numbers of `count` elements in whichever field the tensor keeps them; null where there are more or fewer. */
function stored(tensor: OnnxTensor, type: Stored, count: number): Float32Array | Float64Array | null {
  const { raw, reals } = tensor;
  const size = sizes[type];
  if (raw && raw.length !== count * size) return null;
  if (type === 'float32' || type === 'float64') {
    const bytes = raw ?? reals;
    if (bytes.length !== count * size) return null;
    return type === 'float32' ? float32Of(bytes) : float64Of(bytes);
  }
  const wholes = raw ? [] : tensor.wholes();
  if (!raw && wholes.length !== count) return null;
  if (type === 'float16' || type === 'bfloat16') {
    return widen(raw ?? halfBytes(wholes), type === 'float16' ? 'F16' : 'BF16');
  }
  if (!raw) return Float64Array.from(wholes);
  const [view, at] = [viewOf(raw), wholeAt[type]];
  return Float64Array.from({ length: count }, (_, i) => at(view, i * size));
}

/** Elements of a shape; throws for one that is no shape. Only a list may be empty. */
export function countOf(where: string, shape: readonly number[]): number {
  const count = shape.reduce((a, b) => a * b, 1);
  const least = shape.length === 1 ? 0 : 1;
  if (!shape.every((side) => side >= least) || count > 2 ** 28) {
    throw new NotUnderstood(where, m.onnx_shape({ shape: shape.join('×') }));
  }
  return count;
}

/** How often each number of a file may be worked on: read, widened, turned round, folded into another. */
const mostTurns = 10;

/** Reads each constant once, and counts the work: a file gives no more to do than a few times its own size. */
export class Constants {
  private readonly done = new Map<OnnxTensor, OnnxConstant>();
  private left = 500_000;
  /** Whether any constant stands for numbers that 8 bits only come near. */
  dequantized = false;

  /** Takes `count` numbers off what may still be worked on; throws where nothing is left. */
  spend(where: string, count: number): void {
    this.left -= count;
    if (this.left < 0) throw new NotUnderstood(where, m.onnx_work());
  }

  /** The constant in its own shape; throws where it lies in another file, is cut short, of another type or not finite. */
  read(tensor: OnnxTensor, where: string): OnnxConstant {
    const known = this.done.get(tensor);
    if (known) return known;
    const { dims: shape, type } = tensor;
    const count = countOf(where, shape);
    if (tensor.external) throw new NotUnderstood(where, m.onnx_external());
    if (type === 'other') throw new NotUnderstood(where, m.onnx_type());
    const data = stored(tensor, type, count);
    if (!data) throw new NotUnderstood(where, m.onnx_count({ want: count }));
    this.left += mostTurns * count;
    // Bounds of a clip may be infinite; weights are checked where they are used.
    const value: OnnxConstant =
      data instanceof Float32Array ? { whole: false, shape, data } : { whole: true, type, shape, data };
    this.done.set(tensor, value);
    return value;
  }
}
