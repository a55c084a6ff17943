/** @file Zeros between numbers, composed of kernels every backend has with a gradient: dilated filters and strided gradients. */
import { concat, reshape, slice, zerosLike, type Tensor4D } from '@tensorflow/tfjs';

/** Inserts stride - 1 zeros after each element of one of the axes 0, 1 or 2. */
export function spread(x: Tensor4D, axis: 0 | 1 | 2, stride: number): Tensor4D {
  if (stride === 1) return x;
  const before = x.shape.slice(0, axis + 1).reduce((a, b) => a * b, 1);
  const flat = reshape(x, [before, x.size / before]);
  const zeros = zerosLike(flat);
  const spaced = concat([flat, ...Array.from({ length: stride - 1 }, () => zeros)], 1);
  const shape = x.shape.slice() as [number, number, number, number];
  shape[axis] *= stride;
  return reshape(spaced, shape);
}

/** The plain filter [k', k', in, out] that does the work of one whose taps lie `dilation` apart. */
export function spreadFilter(filter: Tensor4D, dilation: number): Tensor4D {
  if (dilation === 1) return filter;
  const [kernel, , from, out] = filter.shape;
  const span = (kernel - 1) * dilation + 1;
  return slice(spread(spread(filter, 0, dilation), 1, dilation), [0, 0, 0, 0], [span, span, from, out]);
}
