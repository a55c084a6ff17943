/** @file Import: what each operation of a TensorFlow.js graph model is in the neutral graph. */
import type { Activation } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { GraphBuilder, Value } from '../graph/builder';
import type { FileTensor } from './manifest';
import { float, inner, integers, paddingOf, refuseOption, sides, words, yes, type FileNode } from './node';

/** What a rule writes to and asks. */
export interface OpGround {
  readonly builder: GraphBuilder;
  /** The constant a name stands for; undefined where it is computed. */
  constant(name: string): FileTensor | undefined;
  /** The constant that must stand at input `index` of a node. */
  constantInput(node: FileNode, index: number): FileTensor;
  /** Whole numbers known before any picture; null where they depend on it. */
  integers(name: string): number[] | null;
  /** The value of input `index` of a node. */
  input(node: FileNode, index: number): Value;
}

/** How one kind of node is read. */
interface Rule {
  /** Names of the values it needs, constants left out. */
  readonly reads: (reader: OpGround, node: FileNode) => readonly string[];
  readonly read: (reader: OpGround, node: FileNode) => Value;
}

const first: Rule['reads'] = (_, node) => node.inputs.slice(0, 1);
const computed: Rule['reads'] = (reader, node) => node.inputs.filter((name) => !reader.constant(name));
const rule = (read: Rule['read'], reads: Rule['reads'] = first): Rule => ({ reads, read });

const activations: Readonly<Record<string, Activation>> = { Relu: 'relu', Relu6: 'relu6', Sigmoid: 'sigmoid' };

/** The activation fused into a node and whether it has a bias. */
function fusedOf(node: FileNode): { readonly bias: boolean; readonly nl: Activation } {
  const fused = words(node, 'fused_ops');
  const [head] = fused;
  const rest = head === 'BiasAdd' ? fused.slice(1) : fused;
  const nl = rest.length === 0 ? 'linear' : activations[rest[0] ?? ''];
  if (rest.length > 1 || !nl) return refuseOption(node, 'fused_ops', fused.join());
  return { bias: head === 'BiasAdd', nl };
}

/** Appends the fused activation to what `layer` writes under the name it is handed. */
function fused(reader: OpGround, node: FileNode, layer: (name: string, bias: FileTensor | null) => Value): Value {
  const { bias, nl } = fusedOf(node);
  const value = layer(nl === 'linear' ? node.name : `${node.name}#linear`, bias ? reader.constantInput(node, 2) : null);
  return nl === 'linear' ? value : reader.builder.activation(node.name, value, nl);
}

const windowed = (kind: 'conv' | 'depthwise'): Rule =>
  rule((reader, node) =>
    fused(reader, node, (name, bias) =>
      reader.builder[kind](name, reader.input(node, 0), {
        weight: reader.constantInput(node, 1),
        bias,
        stride: inner(node, 'strides'),
        dilation: inner(node, 'dilations'),
        padding: paddingOf(node)
      })
    )
  );

const matrix: Rule = rule((reader, node) => {
  if (yes(node, 'transpose_a') || yes(node, 'transpose_b')) return refuseOption(node, 'transpose', true);
  return fused(reader, node, (name, bias) =>
    reader.builder.dense(name, reader.input(node, 0), { weight: reader.constantInput(node, 1), bias })
  );
});

/** Sum or product of values and constants; the constants come last. */
const joined = (kind: 'add' | 'multiply'): Rule =>
  rule((reader, node) => {
    const affine = kind === 'add' ? 'shift' : 'scale';
    const constants = node.inputs.flatMap((name) => reader.constant(name) ?? []);
    const values = node.inputs.flatMap((name, i) => (reader.constant(name) ? [] : [reader.input(node, i)]));
    const steps = constants.length + values.length - 1;
    let done = 0;
    const next = (): string => (++done === steps ? node.name : `${node.name}#${done}`);
    const [start, ...others] = values;
    if (!start || steps < 1) throw new NotUnderstood(node.name, m.import_tfjs_op({ op: node.op }));
    let sum = start;
    for (const value of others) sum = reader.builder.both(kind, next(), [sum, value]);
    for (const { data } of constants) sum = reader.builder.affine(affine, next(), { from: sum, values: data });
    return sum;
  }, computed);

/** Value minus, or divided by, a constant. */
const inverse = (kind: 'scale' | 'shift'): Rule =>
  rule((reader, node) => {
    const { data } = reader.constantInput(node, 1);
    const values = data.map((value) => (kind === 'shift' ? -value : 1 / value));
    return reader.builder.affine(kind, node.name, { from: reader.input(node, 0), values });
  });

const bias: Rule = rule((reader, node) =>
  reader.builder.affine('shift', node.name, { from: reader.input(node, 0), values: reader.constantInput(node, 1).data })
);

const norm: Rule = rule((reader, node) => {
  if (yes(node, 'is_training')) return refuseOption(node, 'is_training', true);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => reader.constantInput(node, index).data);
  if (!gamma || !beta || !mean || !variance) return refuseOption(node, 'inputs', node.inputs.length);
  const epsilon = float(node, 'epsilon', 1e-4);
  // A frozen graph no longer says its momentum; this is the one TensorFlow's MobileNets were trained with.
  const parts = { gamma, beta, mean, variance, epsilon: Number(epsilon.toPrecision(7)), momentum: 0.999 };
  return reader.builder.norm(node.name, reader.input(node, 0), parts);
});

const activation = (nl: Activation): Rule =>
  rule((reader, node) => reader.builder.activation(node.name, reader.input(node, 0), nl));

const ending = (kind: 'softmax' | 'argmax'): Rule =>
  rule((reader, node) => reader.builder.ending(kind, node.name, reader.input(node, 0)));

/** The shape a reshape asks for, without the batch; one side may be left to be worked out. */
function reshaped(node: FileNode, from: readonly number[], asked: readonly number[] | null): number[] {
  if (!asked || asked.length < 2) return refuseOption(node, 'shape', asked?.join() ?? '');
  const count = from.reduce((a, b) => a * b, 1);
  const open = asked.map((side) => side === -1);
  const known = asked.reduce((product, side) => (side === -1 ? product : product * side), 1);
  const filled = asked.map((side) => (side === -1 ? count / known : side));
  const [batch, ...rest] = filled;
  // A batch left open is 1 only if all else is known.
  if (open.filter(Boolean).length > 1 || batch !== 1 || rest.some((side) => !Number.isInteger(side) || side < 1)) {
    return refuseOption(node, 'shape', asked.join());
  }
  return rest;
}

const reshape: Rule = rule((reader, node) => {
  const from = reader.input(node, 0);
  return reader.builder.reshape(node.name, from, reshaped(node, from.shape, reader.integers(node.inputs[1] ?? '')));
});

const squeeze: Rule = rule((reader, node) => {
  const from = reader.input(node, 0);
  const listed = [...integers(node, 'squeeze_dims'), ...integers(node, 'axis')];
  const axes = listed.map((axis) => (axis < 0 ? axis + from.shape.length + 1 : axis) - 1);
  if (axes.some((axis) => from.shape[axis] !== 1)) return refuseOption(node, 'squeeze_dims', listed.join());
  const out = from.shape.filter((side, axis) => (axes.length > 0 ? !axes.includes(axis) : side !== 1));
  return reader.builder.reshape(node.name, from, out);
});

const mean: Rule = rule((reader, node) => {
  const axes = reader.integers(node.inputs[1] ?? '')?.map((axis) => (axis < 0 ? axis + 4 : axis));
  if (axes?.toSorted().join() !== '1,2') return refuseOption(node, 'axis', axes?.join() ?? '');
  return reader.builder.pool(node.name, reader.input(node, 0), !yes(node, 'keep_dims'));
});

const averagePool: Rule = rule((reader, node) => {
  const padding = paddingOf(node);
  if (typeof padding !== 'string') return refuseOption(node, 'padding', padding.join());
  const layer = { window: inner(node, 'ksize'), stride: inner(node, 'strides'), padding };
  return reader.builder.averagePool(node.name, reader.input(node, 0), layer);
});

const pad: Rule = rule((reader, node) => {
  const [n0, n1, top = -1, bottom = -1, left = -1, right = -1, c0, c1] = reader.constantInput(node, 1).data;
  const value = node.inputs[2] === undefined ? 0 : (reader.constantInput(node, 2).data[0] ?? 0);
  const legal = [top, bottom, left, right].every((zeros) => zeros >= 0 && zeros < 64);
  if (!legal || value !== 0 || [n0, n1, c0, c1].some((zeros) => zeros !== 0))
    return refuseOption(node, 'paddings', value);
  return reader.builder.pad(node.name, reader.input(node, 0), [top, bottom, left, right]);
});

const resize: Rule = rule((reader, node) => {
  const [height = 0, width = 0] = reader.constantInput(node, 1).data;
  const centres = yes(node, 'align_corners')
    ? 'alignedCorners'
    : yes(node, 'half_pixel_centers')
      ? 'halfPixel'
      : 'corner';
  return reader.builder.resize(node.name, reader.input(node, 0), { size: [height, width], centres });
});

const concat: Rule = rule(
  (reader, node) => {
    const count = node.inputs.length - 1;
    const axis = reader.constantInput(node, count).data[0] ?? 0;
    if (axis === 0) return refuseOption(node, 'axis', axis);
    const parts = node.inputs.slice(0, count).map((_, i) => reader.input(node, i));
    return reader.builder.concat(node.name, parts, axis < 0 ? axis : axis - 1);
  },
  (_, node) => node.inputs.slice(0, -1)
);

const same: Rule = rule((reader, node) => reader.input(node, 0));

const placeholder: Rule = rule(
  (_, node) => {
    throw new NotUnderstood(node.name, m.import_rank({ shape: sides(node, 'shape')?.join('×') ?? '' }));
  },
  () => []
);

/** One rule for each operation that can be read. */
export const graphOps: Readonly<Record<string, Rule>> = {
  Placeholder: placeholder,
  Identity: same,
  Conv2D: windowed('conv'),
  _FusedConv2D: windowed('conv'),
  DepthwiseConv2dNative: windowed('depthwise'),
  FusedDepthwiseConv2dNative: windowed('depthwise'),
  MatMul: matrix,
  _FusedMatMul: matrix,
  BiasAdd: bias,
  Add: joined('add'),
  AddV2: joined('add'),
  AddN: joined('add'),
  Mul: joined('multiply'),
  Sub: inverse('shift'),
  RealDiv: inverse('scale'),
  FusedBatchNorm: norm,
  FusedBatchNormV2: norm,
  FusedBatchNormV3: norm,
  Relu: activation('relu'),
  Relu6: activation('relu6'),
  Sigmoid: activation('sigmoid'),
  Softmax: ending('softmax'),
  ArgMax: ending('argmax'),
  Reshape: reshape,
  Squeeze: squeeze,
  Mean: mean,
  AvgPool: averagePool,
  Pad: pad,
  PadV2: pad,
  ResizeBilinear: resize,
  ConcatV2: concat
};
