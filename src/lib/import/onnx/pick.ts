/** @file Import: parts of a constant by lists of indices, as ONNX gathers and slices them. */
import { m } from '$paraglide/messages';
import type { OnnxConstant } from './constants';
import type { NodeView } from './node';

/** The indices of a slice along an axis of `side` elements; null for a step of 0 or a bound left out. */
export function sliceOf(
  side: number,
  range: { readonly start: number | undefined; readonly end: number | undefined; readonly step: number | undefined }
): readonly number[] | null {
  const { start, end, step } = range;
  if (start === undefined || end === undefined || !step) return null;
  // Bounds count from the end where negative, and are cut to the axis (one beyond it for a step backwards).
  const [least, most] = step > 0 ? [0, side] : [-1, side - 1];
  const cut = (at: number): number => Math.min(most, Math.max(least, at < 0 ? at + side : at));
  const [first, last] = [cut(start), cut(end)];
  const length = Math.max(0, Math.ceil((last - first) / step));
  return Array.from({ length }, (_, i) => first + i * step);
}

/** The elements at these indices of each axis; refuses an index outside. */
export function picked(node: NodeView, from: OnnxConstant, lists: readonly (readonly number[])[]): OnnxConstant {
  const { shape, data } = from;
  const outside = lists.some((list, axis) => list.some((index) => !(index >= 0 && index < (shape[axis] ?? 0))));
  if (outside) node.refuse(m.onnx_wholes({ index: 1 }));
  const out = lists.map((list) => list.length);
  const count = out.reduce((a, b) => a * b, 1);
  node.values.constants.spend(node.name, count);
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const values = Array.from({ length: count }, (_, i) => {
    let rest = i;
    let at = 0;
    for (let axis = out.length - 1; axis >= 0; axis--) {
      const side = out[axis] ?? 1;
      at += (lists[axis]?.[rest % side] ?? 0) * (steps[axis] ?? 1);
      rest = Math.floor(rest / side);
    }
    return data[at] ?? 0;
  });
  if (from.whole) return { ...from, shape: out, data: Float64Array.from(values) };
  return { whole: false, shape: out, data: Float32Array.from(values) };
}
