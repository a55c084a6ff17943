/** @file Import: ONNX operators on constants, worked out while reading: sizes for reshapes, stored 8-bit weights. */
import { m } from '$paraglide/messages';
import { countOf, type OnnxConstant } from './constants';
import type { OnnxType } from './file';
import { isMap, type NodeView } from './node';
import { permuted } from './permute';
import { picked, sliceOf } from './pick';
import { dequantized, quantized } from './quantized';
import { orderOf, resolved, unsqueezed } from './shapes';

/** The numbers a node gives. */
export type FoldRule = (node: NodeView) => OnnxConstant;

/** Types by the number a cast names. */
const floats: readonly number[] = [1, 10, 11, 16];
const wholes: ReadonlyMap<number, OnnxType> = new Map([
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool']
]);

/** A constant of whole numbers. */
const whole = (shape: readonly number[], values: Iterable<number>): OnnxConstant => ({
  whole: true,
  type: 'int64',
  shape,
  data: Float64Array.from(values)
});

const inShape = (node: NodeView, constant: OnnxConstant, shape: readonly number[]): OnnxConstant =>
  countOf(node.name, shape) === constant.data.length
    ? { ...constant, shape }
    : node.refuse(m.onnx_count({ want: constant.data.length }));

const given: FoldRule = (node) => {
  const tensor = node.attribute('value')?.tensor;
  const [ints, reals] = [node.ints('value_ints'), node.attribute('value_floats')?.floats];
  if (tensor) return node.values.constants.read(tensor, node.name);
  if (ints) return whole([ints.length], ints);
  if (reals) {
    const view = new DataView(reals.buffer, reals.byteOffset, reals.length);
    const data = Float32Array.from({ length: reals.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
    return { whole: false, shape: [data.length], data };
  }
  if (node.attribute('value_int')) return whole([], [node.int('value_int', 0)]);
  if (!node.attribute('value_float')) return node.refuse(m.onnx_type());
  return { whole: false, shape: [], data: Float32Array.of(node.float('value_float', 0)) };
};

/** One number in a shape. */
const filled: FoldRule = (node) => {
  const shape = node.wholes(0);
  const tensor = node.attribute('value')?.tensor;
  const value = tensor ? node.values.constants.read(tensor, node.name) : null;
  const count = countOf(node.name, shape);
  node.values.constants.spend(node.name, count);
  const [number = 0] = value?.data ?? [];
  if (value?.whole) return { ...value, shape, data: new Float64Array(count).fill(number) };
  return { whole: false, shape, data: new Float32Array(count).fill(number) };
};

/** The shape of a map (a picture comes alone where the file leaves open how many) or of a constant. */
const shapeOf: FoldRule = (node) => {
  const value = node.value(0);
  const sides = isMap(value) ? node.dims(0) : value.shape;
  const end = node.attribute('end') ? node.int('end', 0) : sides.length;
  const part = sides.slice(node.int('start', 0), end);
  return whole([part.length], part);
};

const gather: FoldRule = (node) => {
  const from = node.constant(0);
  const rank = from.shape.length;
  const axis = node.axis(node.int('axis', 0), rank);
  const at = node.constant(1);
  node.values.constants.spend(node.name, from.data.length);
  if (at.shape.length > 1) node.refuse(m.onnx_wholes({ index: 1 }));
  const lists = from.shape.map((side, own) =>
    own === axis ? node.wholes(1).map((i) => (i < 0 ? i + side : i)) : Array.from({ length: side }, (_, i) => i)
  );
  const found = picked(node, from, lists);
  // A single index takes its axis away.
  return at.shape.length > 0 ? found : { ...found, shape: from.shape.filter((_, own) => own !== axis) };
};

const slice: FoldRule = (node) => {
  const from = node.constant(0);
  node.values.constants.spend(node.name, from.data.length);
  const listed = (name: string, index: number): readonly number[] | null =>
    node.ints(name) ?? (node.has(index) ? node.wholes(index) : null);
  const starts = listed('starts', 1) ?? node.refuse(m.onnx_missing({ index: 1 }));
  const ends = listed('ends', 2) ?? node.refuse(m.onnx_missing({ index: 2 }));
  const axes = listed('axes', 3)?.map((axis) => node.axis(axis, from.shape.length)) ?? starts.map((_, axis) => axis);
  const steps = listed('steps', 4) ?? starts.map(() => 1);
  const lists = from.shape.map((side, axis) => {
    const at = axes.indexOf(axis);
    const range = at < 0 ? { start: 0, end: side, step: 1 } : { start: starts[at], end: ends[at], step: steps[at] };
    return sliceOf(side, range) ?? node.refuse(m.onnx_wholes({ index: 1 }));
  });
  return picked(node, from, lists);
};

const concat: FoldRule = (node) => {
  const parts = node.node.inputs.map((_, index) => node.constant(index));
  const [first] = parts;
  if (!first || parts.some(({ shape }) => shape.length !== 1)) return node.refuse(m.onnx_wholes({ index: 0 }));
  node.values.constants.spend(
    node.name,
    parts.reduce((sum, part) => sum + part.data.length, 0)
  );
  const data = parts.flatMap((part) => Array.from(part.data));
  if (first.whole) return { ...first, shape: [data.length], data: Float64Array.from(data) };
  return { whole: false, shape: [data.length], data: Float32Array.from(data) };
};

const cast: FoldRule = (node) => {
  const from = node.constant(0);
  const to = node.int('to', 0);
  const type = wholes.get(to);
  node.values.constants.spend(node.name, from.data.length);
  if (floats.includes(to)) return { whole: false, shape: from.shape, data: Float32Array.from(from.data) };
  if (!type) return node.refuseOption('to', to);
  const cut = Float64Array.from(from.data, (value) => (type === 'bool' ? Number(value !== 0) : Math.trunc(value)));
  return { whole: true, type, shape: from.shape, data: cut };
};

/** Constants of one shape, or one of them a single number. */
const arithmetic =
  (rule: (a: number, b: number) => number): FoldRule =>
  (node) => {
    const [a, b] = [node.constant(0), node.constant(1)];
    const large = a.data.length >= b.data.length ? a : b;
    const even = a.shape.join() === b.shape.join() || a.data.length === 1 || b.data.length === 1;
    if (!even) return node.refuse(m.onnx_channels({ shape: b.shape.join('×') }));
    node.values.constants.spend(node.name, large.data.length);
    const at = ({ data }: OnnxConstant, i: number): number => data[data.length === 1 ? 0 : i] ?? 0;
    const values = Float64Array.from(large.data, (_, i) => rule(at(a, i), at(b, i)));
    if (!large.whole) return { whole: false, shape: large.shape, data: Float32Array.from(values) };
    // Whole numbers divide without a rest.
    return { ...large, data: values.map(Math.trunc) };
  };

const rounded =
  (rule: (value: number) => number): FoldRule =>
  (node) => {
    const from = node.constant(0);
    node.values.constants.spend(node.name, from.data.length);
    return from.whole ? from : { ...from, data: from.data.map(rule) };
  };

const reshape: FoldRule = (node) => {
  const from = node.constant(0);
  const asked = node.wholes(1);
  return inShape(node, from, resolved(from.shape, asked, true) ?? node.refuseOption('shape', asked.join()));
};

const squeeze: FoldRule = (node) => {
  const from = node.constant(0);
  const axes = node.axes(1, from.shape.length);
  return inShape(
    node,
    from,
    from.shape.filter((side, axis) => (axes ? !axes.includes(axis) : side !== 1))
  );
};

const unsqueeze: FoldRule = (node) => {
  const from = node.constant(0);
  const listed = node.ints('axes') ?? node.wholes(1);
  const rank = from.shape.length + listed.length;
  if (rank > 8) node.refuseOption('axes', listed.join());
  return inShape(
    node,
    from,
    unsqueezed(
      from.shape,
      listed.map((axis) => node.axis(axis, rank))
    )
  );
};

const transpose: FoldRule = (node) => {
  const from = node.constant(0);
  const order = orderOf(node, from.shape.length);
  node.values.constants.spend(node.name, from.data.length);
  return from.whole ? { ...from, ...permuted(from, order) } : { ...from, ...permuted(from, order) };
};

/** One rule for each operator that constants go through. */
export const foldRules: Readonly<Record<string, FoldRule>> = {
  Constant: given,
  ConstantOfShape: filled,
  Shape: shapeOf,
  Gather: gather,
  Slice: slice,
  Concat: concat,
  Cast: cast,
  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: arithmetic((a, b) => a / b),
  Floor: rounded(Math.floor),
  Ceil: rounded(Math.ceil),
  Identity: (node) => node.constant(0),
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  QuantizeLinear: quantized,
  DequantizeLinear: dequantized
};
