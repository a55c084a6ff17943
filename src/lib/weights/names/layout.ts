/** @file Step 4, network: the shape and order of a tensor elsewhere, and both ways between it and ours. */
import type { Op } from '$lib/ops/op';
import type { TensorSpec } from '$lib/ops/tensors';
import type { Tensor } from '../checkpoint';
import type { Place } from './place';

/** Who orders the axes: PyTorch [out, in, taps] or Keras as here, [taps, in, out]. */
export type AxisOrder = 'torch' | 'keras';

/** A weight as three axes: kernel taps, input channels (1 for a depthwise filter), output channels. */
interface Axes {
  readonly taps: number;
  readonly inside: number;
  readonly out: number;
}

function axesOf(op: Op): Axes {
  const taps = 'kernel' in op && typeof op.kernel === 'number' ? op.kernel * op.kernel : 1;
  return { taps, inside: op.kind === 'depthwise' ? 1 : op.in[2], out: op.out[2] };
}

/** The shape that the convention gives a tensor of ours. */
export function foreignShape(op: Op, spec: TensorSpec, to: { order: AxisOrder; place: Place }): readonly number[] {
  if (spec.role !== 'weight') return spec.shape;
  const { taps, inside, out } = axesOf(op);
  const side = Math.sqrt(taps);
  if (op.kind === 'dense' && !to.place.asConv) return to.order === 'torch' ? [out, inside] : [inside, out];
  if (to.order === 'torch') return [out, inside, side, side];
  return op.kind === 'dense' ? [1, 1, inside, out] : spec.shape;
}

/** Filters turned together: their numbers are neighbours here and far apart in PyTorch's order. */
const BLOCK = 32;

/** [out, in, taps] → [taps, in, out], or back when `ours` is true. */
function turned(data: Float32Array, { taps, inside, out }: Axes, ours: boolean): Float32Array {
  const result = new Float32Array(data.length);
  for (let first = 0; first < out; first += BLOCK) {
    const end = Math.min(first + BLOCK, out);
    for (let i = 0; i < inside; i++)
      for (let t = 0; t < taps; t++) {
        const here = (t * inside + i) * out;
        const torch = i * taps + t;
        if (ours) for (let o = first; o < end; o++) result[o * inside * taps + torch] = data[here + o] as number;
        else for (let o = first; o < end; o++) result[here + o] = data[o * inside * taps + torch] as number;
      }
  }
  return result;
}

/** A foreign tensor as ours; its size must be right. */
export function toOurs(op: Op, spec: TensorSpec, data: Float32Array, order: AxisOrder): Tensor {
  const turn = order === 'torch' && spec.role === 'weight';
  return { shape: spec.shape, data: turn ? turned(data, axesOf(op), false) : data };
}

/** Our tensor as the convention keeps it. */
export function toForeign(op: Op, spec: TensorSpec, tensor: Tensor, to: { order: AxisOrder; place: Place }): Tensor {
  const turn = to.order === 'torch' && spec.role === 'weight';
  return { shape: foreignShape(op, spec, to), data: turn ? turned(tensor.data, axesOf(op), true) : tensor.data };
}

/** Whether two shapes are the same, 1x1 kernels aside: [1280, 960] is [1280, 960, 1, 1]. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  const plain = (shape: readonly number[]): string => {
    if (shape.length !== 4) return shape.join();
    if (shape[2] === 1 && shape[3] === 1) return shape.slice(0, 2).join();
    return shape[0] === 1 && shape[1] === 1 ? shape.slice(2).join() : shape.join();
  };
  return a.join() === b.join() || plain(a) === plain(b);
}
