/** @file Import: how a value of an .onnx file lies in a value of the neutral graph: as steps along each of its axes. */
import type { Value } from '../graph/builder';

/**
 * An ONNX value of shape `dims` (the batch first, 1) whose element [i, j, …] is number i·steps[0] + j·steps[1] + … of
 * `value`, counted in NHWC order. Transposing and splitting axes changes the view alone, so no order is ever lost.
 */
export interface MapView {
  readonly value: Value;
  readonly dims: readonly number[];
  readonly steps: readonly number[];
}

/** Steps of numbers that lie one after the other. */
function rowSteps(dims: readonly number[]): number[] {
  const steps: number[] = [];
  let step = 1;
  for (const side of dims.toReversed()) {
    steps.unshift(step);
    step *= side;
  }
  return steps;
}

/** Whether two ways of stepping meet the same numbers: an axis of one element takes no step. */
const sameSteps = (dims: readonly number[], a: readonly number[], b: readonly number[]): boolean =>
  dims.every((side, axis) => side === 1 || a[axis] === b[axis]);

/** [1, c, h, w] over [h, w, c]. */
export function channelsFirst(value: Value): MapView {
  const [height = 1, width = 1, channels = 1] = value.shape;
  return { value, dims: [1, channels, height, width], steps: [0, 1, width * channels, channels] };
}

/** [1, …] over […], element for element. */
export function inOrder(value: Value): MapView {
  const dims = [1, ...value.shape];
  return { value, dims, steps: rowSteps(dims) };
}

/** Whether the numbers lie in the value as the ONNX shape lists them. */
export function isInOrder({ dims, steps }: MapView): boolean {
  return sameSteps(dims, steps, rowSteps(dims));
}

/** Height, width and channels of a view that is an NCHW map; null for any other. */
export function asChannelsFirst({ dims, steps }: MapView): readonly [number, number, number] | null {
  const [batch, channels = 1, height = 1, width = 1] = dims;
  if (dims.length !== 4 || batch !== 1) return null;
  return sameSteps(dims, steps, [0, 1, width * channels, channels]) ? [height, width, channels] : null;
}

/** The view with its axes in another order. */
export function transposed(view: MapView, order: readonly number[]): MapView {
  const { dims, steps } = view;
  return { ...view, dims: order.map((axis) => dims[axis] ?? 1), steps: order.map((axis) => steps[axis] ?? 0) };
}

/** The view in another shape of as many elements; null where that would need the numbers in another order. */
export function reshaped(view: MapView, dims: readonly number[]): MapView | null {
  // Axes of one element first fall away; then each old axis joins the next where one step of it passes all of that one.
  const runs: { side: number; step: number }[] = [];
  for (const [axis, side] of view.dims.entries()) {
    const step = view.steps[axis] ?? 0;
    const last = runs.at(-1);
    if (side === 1) continue;
    if (last && last.step === step * side) runs[runs.length - 1] = { side: last.side * side, step };
    else runs.push({ side, step });
  }
  const steps: number[] = [];
  for (const side of dims.toReversed()) {
    const run = runs.at(-1);
    if (side === 1) {
      steps.unshift(0);
      continue;
    }
    if (!run || run.side % side !== 0) return null;
    steps.unshift(run.step);
    run.side /= side;
    run.step *= side;
    if (run.side === 1) runs.pop();
  }
  return runs.length === 0 ? { ...view, dims, steps } : null;
}
