/** @file Import: ONNX operators that only look at a value in another shape or order, and those that join values. */
import { m } from '$paraglide/messages';
import type { MapRule, NodeView } from './node';
import { channelsFirst, inOrder, reshaped, transposed, type MapView } from './view';

const sizeOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** The shape an ONNX reshape asks for: 0 keeps a side, one -1 is worked out; null where that fails. */
export function resolved(
  old: readonly number[],
  asked: readonly number[],
  zeroKeeps: boolean
): readonly number[] | null {
  const kept = asked.map((side, axis) => (side === 0 && zeroKeeps ? (old[axis] ?? 0) : side));
  const known = sizeOf(kept.filter((side) => side !== -1));
  const dims = kept.map((side) => (side === -1 ? sizeOf(old) / known : side));
  const open = kept.filter((side) => side === -1).length;
  const legal = open <= 1 && dims.length <= 8 && dims.every((side) => Number.isInteger(side) && side > 0);
  return legal && sizeOf(dims) === sizeOf(old) ? dims : null;
}

/** The view in a shape that leaves the batch alone; `dims` counts as many pictures as the file. */
function shaped(node: NodeView, dims: readonly number[]): MapView {
  const view = node.view(0);
  if (dims[0] !== node.values.batch) node.refuse(m.onnx_batch({ shape: dims.join('×') }));
  return reshaped(view, dims.with(0, 1)) ?? node.refuseLayout(view);
}

const reshape: MapRule = (node) => {
  const dims = node.dims(0);
  const asked = node.wholes(1);
  const wanted = resolved(dims, asked, node.int('allowzero', 0) === 0);
  return shaped(node, wanted ?? node.refuseOption('shape', asked.join()));
};

const flatten: MapRule = (node) => {
  const dims = node.dims(0);
  const given = node.int('axis', 1);
  const axis = given < 0 ? given + dims.length : given;
  if (!(axis >= 0 && axis <= dims.length)) node.refuseOption('axis', given);
  return shaped(node, [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis))]);
};

const squeeze: MapRule = (node) => {
  const dims = node.dims(0);
  const axes = node.axes(1, dims.length);
  const gone = axes ?? dims.flatMap((side, axis) => (side === 1 ? [axis] : []));
  if (gone.includes(0) || gone.some((axis) => dims[axis] !== 1)) node.refuseOption('axes', gone.join());
  return shaped(
    node,
    dims.filter((_, axis) => !gone.includes(axis))
  );
};

/** The shape with sides of 1 put in at these axes of the result. */
export function unsqueezed(dims: readonly number[], axes: readonly number[]): readonly number[] {
  const out = [...dims];
  for (const axis of axes.toSorted((a, b) => a - b)) out.splice(axis, 0, 1);
  return out;
}

const unsqueeze: MapRule = (node) => {
  const dims = node.dims(0);
  const given = node.ints('axes') ?? node.wholes(1);
  const rank = dims.length + given.length;
  const axes = given.map((axis) => node.axis(axis, rank));
  if (rank > 8 || axes.includes(0)) node.refuseOption('axes', given.join());
  return shaped(node, unsqueezed(dims, axes));
};

/** Each axis once. */
export function orderOf(node: NodeView, rank: number): readonly number[] {
  const order = node.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const whole = order.length === rank && order.every((axis) => axis >= 0 && axis < rank);
  return whole && new Set(order).size === rank ? order : node.refuseOption('perm', order.join());
}

const transpose: MapRule = (node) => {
  const view = node.view(0);
  const order = orderOf(node, view.dims.length);
  return order[0] === 0 ? transposed(view, order) : node.refuseOption('perm', order.join());
};

/** Channels of NCHW maps count last in a map of height, width and channels. */
const nhwc = [-1, 2, 0, 1];

const concat: MapRule = (node) => {
  const views = node.node.inputs.map((_, index) => node.view(index));
  const [first] = views;
  if (!first) return node.refuse(m.onnx_missing({ index: 0 }));
  const axis = node.axis(node.int('axis', 1), first.dims.length);
  if (axis === 0) node.refuseOption('axis', 0);
  const maps = views.flatMap((view) => node.channelsFirst(view) ?? []);
  if (maps.length === views.length) {
    return channelsFirst(node.builder.concat(node.name, maps, nhwc[axis] ?? 0));
  }
  const values = views.map((view) => node.inOrder(view) ?? node.refuseLayout(view));
  return inOrder(node.builder.concat(node.name, values, axis - 1));
};

/** One rule for each operator. */
export const shapeRules: Readonly<Record<string, MapRule>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat
};
