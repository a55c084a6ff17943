/** @file Step 4, network: cuts tensors down to kept channels along one axis. */
import type { Tensor } from './checkpoint';

/** The tensor with only the kept indices of the axis, in the given order; throws when an index or axis is out of range. */
export function sliceAxis(tensor: Tensor, axis: number, kept: readonly number[]): Tensor {
  const { shape, data } = tensor;
  const size = shape[axis];
  if (size === undefined) throw new Error(`slice: axis must be below ${shape.length}, got ${axis}`);
  const wrong = kept.find((index) => !Number.isInteger(index) || index < 0 || index >= size);
  if (wrong !== undefined) throw new Error(`slice: kept index must be in 0..${size - 1}, got ${wrong}`);
  const outer = shape.slice(0, axis).reduce((product, side) => product * side, 1);
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const out = new Float32Array(outer * kept.length * inner);
  let to = 0;
  for (let block = 0; block < outer; block++) {
    for (const index of kept) {
      const from = (block * size + index) * inner;
      if (inner === 1) out[to] = data[from] as number;
      else out.set(data.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return { shape: shape.map((side, i) => (i === axis ? kept.length : side)), data: out };
}
