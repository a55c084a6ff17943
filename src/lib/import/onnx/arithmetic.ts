/** @file Import: what each ONNX operator that works number by number, or along the channels, is in the neutral graph. */
import type { Activation } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import { isMap, type MapRule, type NodeView } from './node';
import { channelsFirst, inOrder, type MapView } from './view';

const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 1e-4;

const activated = (node: NodeView, nl: Activation): MapView => {
  const view = node.view(0);
  return { ...view, value: node.builder.activation(node.name, view.value, nl) };
};

const activation =
  (nl: Activation): MapRule =>
  (node) =>
    activated(node, nl);

/** Only x / 6 + 1/2 is MobileNetV3's; 0.2 · x + 1/2, the operator's own default, is another function. */
const hardSigmoid: MapRule = (node) => {
  const [alpha, beta] = [node.float('alpha', 0.2), node.float('beta', 0.5)];
  return near(alpha, 1 / 6) && near(beta, 0.5) ? activated(node, 'hardSigmoid') : node.refuseOption('alpha', alpha);
};

/** Bounds as options, or as inputs from version 11 on. */
const clip: MapRule = (node) => {
  const bound = (name: 'min' | 'max', index: number): number => {
    if (node.attribute(name)) return node.float(name, 0);
    if (node.has(index)) return node.constant(index).data[0] ?? NaN;
    return name === 'min' ? -Infinity : Infinity;
  };
  const [least, most] = [bound('min', 1), bound('max', 2)];
  // The largest number of single precision stands for no bound.
  const open = most >= 3.4e38;
  if (least === 0 && open) return activated(node, 'relu');
  if (least === 0 && most === 6) return activated(node, 'relu6');
  if (least <= -3.4e38 && open) return node.view(0);
  return node.refuse(m.onnx_clip({ least, most }));
};

/** A constant for each channel or one for all; `turned` makes the factor or summand of it. */
function affine(node: NodeView, kind: 'scale' | 'shift', map: 0 | 1, turned: (value: number) => number): MapView {
  const view = node.view(map);
  const { shape, data } = node.floats(1 - map);
  const values = data.map(turned);
  const { name, builder } = node;
  if (!values.every(Number.isFinite)) node.refuse(m.import_finite());
  const axes = shape.flatMap((side, i) => (side === 1 ? [] : [i + view.dims.length - shape.length]));
  const [axis = -1] = axes;
  if (shape.length > view.dims.length || axes.length > 1)
    return node.refuse(m.onnx_channels({ shape: shape.join('×') }));
  const along = (value: MapView['value']): MapView['value'] =>
    node.values.folds(name, value, () => builder.affine(kind, name, { from: value, values }));
  if (axes.length === 0) return { ...view, value: along(view.value) };
  if (view.dims[axis] !== values.length || view.steps[axis] !== 1) {
    return node.refuse(m.onnx_channels({ shape: shape.join('×') }));
  }
  const first = node.channelsFirst(view);
  if (first?.shape.at(-1) === values.length) return channelsFirst(along(first));
  const last = node.inOrder(view) ?? node.refuseLayout(view);
  return inOrder(along(last));
}

/** Two maps of one layout. */
function both(node: NodeView, kind: 'add' | 'multiply'): MapView {
  const views = [node.view(0), node.view(1)] as const;
  const [a, b] = [node.channelsFirst(views[0]), node.channelsFirst(views[1])];
  if (a && b) return channelsFirst(node.builder.both(kind, node.name, [a, b]));
  const [c, d] = [node.inOrder(views[0]), node.inOrder(views[1])];
  if (c && d) return inOrder(node.builder.both(kind, node.name, [c, d]));
  return node.refuseLayout(a || c ? views[1] : views[0]);
}

const joined =
  (kind: 'add' | 'multiply'): MapRule =>
  (node) => {
    if (isMap(node.value(0)) && isMap(node.value(1))) return both(node, kind);
    return affine(node, kind === 'add' ? 'shift' : 'scale', isMap(node.value(0)) ? 0 : 1, (value) => value);
  };

/** A map minus, or divided by, a constant. */
const inverse =
  (kind: 'scale' | 'shift'): MapRule =>
  (node) => {
    const constant = isMap(node.value(0)) && !isMap(node.value(1));
    if (!constant) return node.refuse(m.onnx_constant({ index: 1 }));
    return affine(node, kind, 0, (value) => (kind === 'shift' ? -value : 1 / value));
  };

/** Softmax or argmax along the channels. */
const ending =
  (kind: 'softmax' | 'argmax'): MapRule =>
  (node) => {
    const view = node.view(0);
    const rank = view.dims.length;
    const old = kind === 'softmax' && node.opset < 13;
    const axis = node.axis(node.int('axis', kind === 'argmax' ? 0 : old ? 1 : -1), rank);
    // Before version 13 a softmax ran over everything from its axis on.
    const alone = !old || view.dims.slice(axis + 1).every((side) => side === 1);
    const first = axis === 1 && alone ? node.channelsFirst(view) : null;
    const from = first ?? (axis === rank - 1 ? node.inOrder(view) : null) ?? node.refuseOption('axis', axis);
    if (kind === 'softmax') {
      const value = node.builder.ending(kind, node.name, from);
      return first ? channelsFirst(value) : inOrder(value);
    }
    if (node.int('select_last_index', 0) !== 0) node.refuseOption('select_last_index', 1);
    const kept = node.int('keepdims', 1) !== 0 ? [1] : [];
    const out = [...from.shape.slice(0, -1), ...kept];
    const shape = out.length > 0 ? out : [1];
    const value = node.builder.push({ kind, name: node.name, inputs: [from.name], out: shape });
    return first && kept.length > 0 ? channelsFirst(value) : inOrder(value);
  };

/** The value itself. */
const pass: MapRule = (node) => node.view(0);

const dropout: MapRule = (node) => {
  const trains = node.has(2) && node.constant(2).data[0] !== 0;
  return trains ? node.refuseOption('training_mode', 1) : pass(node);
};

/** Floats stay floats, of whatever width; anything else would cut their digits. */
const cast: MapRule = (node) => {
  const to = node.int('to', 0);
  return [1, 10, 11, 16].includes(to) ? pass(node) : node.refuseOption('to', to);
};

/** One rule for each operator. */
export const arithmeticRules: Readonly<Record<string, MapRule>> = {
  Relu: activation('relu'),
  Sigmoid: activation('sigmoid'),
  HardSwish: activation('hardSwish'),
  HardSigmoid: hardSigmoid,
  Clip: clip,
  Add: joined('add'),
  Mul: joined('multiply'),
  Sub: inverse('shift'),
  Div: inverse('scale'),
  Softmax: ending('softmax'),
  ArgMax: ending('argmax'),
  Identity: pass,
  Dropout: dropout,
  Cast: cast
};
