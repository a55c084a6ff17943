/** @file The ops that only move or blend numbers, in TensorFlow.js: resize, concatenation, transposed convolution. */
import {
  concat,
  conv2d,
  image,
  matMul,
  reshape,
  slice,
  tensor3d,
  transpose,
  type Tensor3D,
  type Tensor4D
} from '@tensorflow/tfjs';
import type { ConcatOp, ResizeOp, TransposedConvOp } from '$lib/ops/op';

/** Weights [1, to, from] of linear interpolation between pixel centres; outside the outermost centres the edge goes on. */
function blend(from: number, to: number): Tensor3D {
  const weights = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const at = Math.min(Math.max(((row + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, from - 1);
    weights[row * from + low] = 1 - (at - low);
    weights[row * from + high] = (weights[row * from + high] ?? 0) + (at - low);
  }
  return tensor3d(weights, [1, to, from]);
}

/** Bilinear resize with half-pixel centres. */
export function resize(x: Tensor4D, op: ResizeOp): Tensor4D {
  return image.resizeBilinear(x, [op.out[0], op.out[1]], false, true);
}

/** The same as two matrix products: TensorFlow.js' own gradient of the resize knows no half-pixel centres. */
export function resizeWithGradient(x: Tensor4D, op: ResizeOp): Tensor4D {
  const [count, height, width, channels] = x.shape;
  const [outHeight, outWidth] = op.out;
  const rows = matMul(blend(height, outHeight), reshape(x, [count, height, width * channels]));
  const columns = matMul(blend(width, outWidth), reshape(rows, [count * outHeight, width, channels]));
  return reshape(columns, [count, outHeight, outWidth, channels]);
}

/** Stacks maps as `ConcatOp` says. */
export function stackMaps(parts: readonly Tensor4D[], op: ConcatOp): Tensor4D {
  if (op.axis === 'channels') return concat([...parts], 3);
  const width = op.out[2];
  return concat(
    parts.map((part): Tensor4D => reshape(part, [part.shape[0], 1, part.size / part.shape[0] / width, width])),
    2
  );
}

/** The weight [k, k, in, out] of a transposed convolution as one 1x1 filter [1, 1, in, k k out]. */
export function transposedFilter(weight: Tensor4D): Tensor4D {
  const [kernel, , from, out] = weight.shape;
  return reshape(transpose(weight, [2, 0, 1, 3]), [1, 1, from, kernel * kernel * out]);
}

/** Transposed convolution with kernel = stride: a 1x1 convolution whose channels are then laid out as pixels. */
export function transposedConv(x: Tensor4D, filter: Tensor4D, { kernel, out }: TransposedConvOp): Tensor4D {
  const [count, height, width] = x.shape;
  const depth = kernel * out[2];
  const taps = conv2d(x, filter, 1, 'valid');
  const rows = Array.from({ length: kernel }, (_, row) =>
    reshape(slice(taps, [0, 0, 0, row * depth], [count, height, width, depth]), [count, height, 1, width * depth])
  );
  return reshape(concat(rows, 2), [count, out[0], out[1], out[2]]);
}
