/** @file Import: constants with their axes in another order: OIHW to HWIO, [out, in] to [in, out]. */

/** Numbers in a shape. */
interface Numbers<T extends Float32Array | Float64Array> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** The numbers with axis `order[i]` of before as axis i; a new array of the same type. */
export function permuted<T extends Float32Array | Float64Array>(
  { shape, data }: Numbers<T>,
  order: readonly number[]
): { readonly shape: readonly number[]; readonly data: T } {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sides = order.map((axis) => shape[axis] ?? 1);
  const strides = order.map((axis) => steps[axis] ?? 1);
  const out = data.slice() as T;
  const index = sides.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from] as number;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (sides[axis] as number)) break;
      from -= (strides[axis] as number) * (sides[axis] as number);
      index[axis] = 0;
    }
  }
  return { shape: sides, data: out };
}
