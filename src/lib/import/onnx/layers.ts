/** @file Import: what each ONNX operator with a window or with weights is in the neutral graph. */
import type { Tensor } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Pair } from '../graph/graph';
import type { MapRule, NodeView } from './node';
import { permuted } from './permute';
import { channelsFirst, inOrder } from './view';
import type { FileTensor } from '../tfjs/manifest';

const biasOf = (node: NodeView, index: number): FileTensor | null => (node.has(index) ? node.floats(index) : null);

/** A weight of four axes in another order. */
function kernelOf(node: NodeView, order: readonly number[]): Tensor {
  const weight = node.floats(1);
  if (weight.shape.length !== 4) node.refuse(m.import_rank({ shape: weight.shape.join('×') }));
  const sides = weight.shape.slice(2);
  const said = node.ints('kernel_shape');
  if (said && said.join() !== sides.join()) node.refuseOption('kernel_shape', said.join());
  node.values.constants.spend(node.name, weight.data.length);
  return permuted(weight, order);
}

const asFile = ({ data }: Tensor, shape: readonly number[]): FileTensor => ({ shape, data, whole: false });

/** Weight [out, in / group, kh, kw]; output channel o of a grouped convolution belongs to group o · group / out. */
const conv: MapRule = (node) => {
  const from = node.map(0);
  const [, , channels = 0] = from.shape;
  const weight = kernelOf(node, [2, 3, 1, 0]);
  const [height = 0, width = 0, each = 0, out = 0] = weight.shape;
  const group = node.int('group', 1);
  const shared = {
    stride: node.pair('strides'),
    dilation: node.pair('dilations'),
    padding: node.padding(),
    bias: biasOf(node, 2)
  };
  const { builder, name, values } = node;
  const size = weight.data.length;
  // One channel is a group of its own: behind the picture a window over it is a depthwise one, as the family has them.
  const lone = channels === 1 && out === 1 && height * width > 1 && from.name !== '';
  if (group === 1 && !lone) {
    const layer = { ...shared, weight: asFile(weight, weight.shape) };
    return channelsFirst(values.weighted(builder.conv(name, from, layer), size));
  }
  if (group !== channels || each !== 1 || out % group !== 0) return node.refuseOption('group', group);
  const layer = { ...shared, weight: asFile(weight, [height, width, channels, out / group]) };
  return channelsFirst(values.weighted(builder.depthwise(name, from, layer), size));
};

/** Weight [in, out, kh, kw]; windows that do not overlap. */
const transposedConv: MapRule = (node) => {
  const from = node.map(0);
  const [height = 0, width = 0, channels] = from.shape;
  const weight = kernelOf(node, [2, 3, 0, 1]);
  const [kernelHeight, kernelWidth, inner, out = 0] = weight.shape;
  const stride = node.pair('strides');
  const bias = biasOf(node, 2)?.data ?? null;
  if (kernelHeight !== stride[0] || kernelWidth !== stride[1]) node.refuseOption('strides', stride.join());
  if (node.int('group', 1) !== 1 || inner !== channels) node.refuseOption('group', node.int('group', 1));
  const odd = ['output_padding', 'output_shape', 'dilations'].find((option) =>
    node.ints(option)?.some((value) => value !== (option === 'dilations' ? 1 : 0))
  );
  if (odd) node.refuseOption(odd, node.ints(odd)?.join() ?? '');
  if (node.padding() !== 'valid') node.refuseOption('pads', node.ints('pads')?.join() ?? '');
  if (bias && bias.length !== out) node.refuse(m.onnx_count({ want: out }));
  const shape = [height * stride[0], width * stride[1], out];
  const value = node.builder.push({
    kind: 'transposedConv',
    name: node.name,
    inputs: [from.name],
    out: shape,
    stride,
    weight,
    bias,
    nl: 'linear'
  });
  return channelsFirst(node.values.weighted(value, weight.data.length));
};

/** A · B + C; the map is A. */
const dense =
  (kind: 'Gemm' | 'MatMul'): MapRule =>
  (node) => {
    const view = node.view(0);
    const from = node.inOrder(view) ?? node.refuseLayout(view);
    const weight = node.floats(1);
    const bias = kind === 'Gemm' ? biasOf(node, 2) : null;
    const odd = ['alpha', ...(bias ? ['beta'] : [])].find((name) => node.float(name, 1) !== 1);
    if (weight.shape.length !== 2 || view.dims.length < 2 || (kind === 'Gemm' && view.dims.length !== 2)) {
      node.refuse(m.import_rank({ shape: weight.shape.join('×') }));
    }
    if (odd) node.refuseOption(odd, node.float(odd, 1));
    if (node.int('transA', 0) !== 0) node.refuseOption('transA', 1);
    const turned = node.int('transB', 0) !== 0;
    node.values.constants.spend(node.name, weight.data.length);
    const inOut = turned ? permuted(weight, [1, 0]) : weight;
    const layer = { weight: asFile(inOut, inOut.shape), bias };
    return inOrder(node.values.weighted(node.builder.dense(node.name, from, layer), weight.data.length));
  };

/** Batch norm by stored statistics; a scale and a shift. */
const norm: MapRule = (node) => {
  const view = node.view(0);
  const first = node.channelsFirst(view);
  const from = first ?? (view.dims.length === 2 ? node.inOrder(view) : null) ?? node.refuseLayout(view);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => node.floats(index).data);
  const trains = node.int('training_mode', 0) !== 0 || node.node.outputs.slice(1).some((output) => output !== '');
  if (trains) node.refuseOption('training_mode', 1);
  if (node.int('spatial', 1) !== 1) node.refuseOption('spatial', 0);
  if (!gamma || !beta || !mean || !variance) return node.refuse(m.onnx_missing({ index: 4 }));
  const [epsilon, momentum] = [node.float('epsilon', 1e-5), node.float('momentum', 0.9)].map((value) =>
    Number(value.toPrecision(7))
  );
  const parts = { gamma, beta, mean, variance, epsilon: epsilon ?? 0, momentum: momentum ?? 0 };
  const value = node.values.folds(node.name, from, () => node.builder.norm(node.name, from, parts));
  return first ? channelsFirst(value) : inOrder(value);
};

const globalPool: MapRule = (node) => channelsFirst(node.builder.pool(node.name, node.map(0), false));

/** The mean over height and width of an NCHW map, or of an NHWC one. */
const mean: MapRule = (node) => {
  const view = node.view(0);
  const axes = node.axes(1, view.dims.length)?.toSorted((a, b) => a - b);
  const flat = node.int('keepdims', 1) === 0;
  const first = axes?.join() === '2,3' ? node.channelsFirst(view) : null;
  if (first) {
    const value = node.builder.pool(node.name, first, flat);
    return flat ? inOrder(value) : channelsFirst(value);
  }
  const last = axes?.join() === '1,2' && view.dims.length === 4 ? node.inOrder(view) : null;
  if (!last) return node.refuseOption('axes', axes?.join() ?? '');
  return inOrder(node.builder.pool(node.name, last, flat));
};

const averagePool: MapRule = (node) => {
  const from = node.map(0);
  const window = node.pair('kernel_shape', [0, 0]);
  const stride = node.pair('strides');
  const dilation = node.pair('dilations');
  const rest = [0, 1].map((axis) => ((from.shape[axis] ?? 0) - (window[axis] ?? 0)) % (stride[axis] ?? 1));
  if (window[0] === 0 || dilation.some((gap) => gap !== 1)) node.refuseOption('kernel_shape', window.join());
  if (node.padding() !== 'valid') node.refuseOption('pads', node.ints('pads')?.join() ?? 'SAME_UPPER');
  if (node.int('ceil_mode', 0) !== 0 && rest.some((left) => left !== 0)) node.refuseOption('ceil_mode', 1);
  return channelsFirst(node.builder.averagePool(node.name, from, { window, stride, padding: 'valid' }));
};

/** Zeros around height and width. */
const pad: MapRule = (node) => {
  const view = node.view(0);
  const rank = view.dims.length;
  const given = node.ints('pads') ?? node.wholes(1);
  const axes = node.has(3) ? node.wholes(3).map((axis) => node.axis(axis, rank)) : view.dims.map((_, axis) => axis);
  const value = node.has(2) ? (node.constant(2).data[0] ?? 0) : node.float('value', 0);
  const mode = node.text('mode', 'constant');
  if (mode !== 'constant' || value !== 0) node.refuseOption('mode', mode === 'constant' ? value : mode);
  const sides = view.dims.map((_, axis): Pair => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 0] : [given[at] ?? -1, given[at + axes.length] ?? -1];
  });
  const zeros = sides.map(([before, after]) => before + after);
  if (sides.flat().some((side) => side < 0 || side > 64)) node.refuseOption('pads', given.join());
  if (zeros.every((count) => count === 0)) return view;
  const first = node.channelsFirst(view);
  const from = first ?? (rank === 4 ? node.inOrder(view) : null) ?? node.refuseLayout(view);
  const at = first ? 2 : 1;
  if (zeros.some((count, axis) => count !== 0 && axis !== at && axis !== at + 1)) {
    node.refuseOption('pads', given.join());
  }
  const [top, bottom] = sides[at] ?? [0, 0];
  const [left, right] = sides[at + 1] ?? [0, 0];
  const padded = node.builder.pad(node.name, from, [top, bottom, left, right]);
  return first ? channelsFirst(padded) : inOrder(padded);
};

/** One rule for each operator. */
export const layerRules: Readonly<Record<string, MapRule>> = {
  Conv: conv,
  ConvTranspose: transposedConv,
  Gemm: dense('Gemm'),
  MatMul: dense('MatMul'),
  BatchNormalization: norm,
  GlobalAveragePool: globalPool,
  ReduceMean: mean,
  AveragePool: averagePool,
  Pad: pad
};
