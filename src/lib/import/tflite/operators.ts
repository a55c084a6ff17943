/** @file Import: one rule for each operator of a .tflite file that a network of the family uses. */
import type { Activation } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import type { GraphNode, Pair } from '../graph/graph';
import type { OperatorView } from './graph';
import { outLast } from './values';

/** The nodes of an operator, its result last; none where only a constant got another name. */
type Rule = (view: OperatorView) => GraphNode | readonly GraphNode[];

/** Steps and gaps in the options table, width first in the file. */
function pair({ operator }: OperatorView, slot: number): Pair {
  return [operator.option(slot + 1, 1), operator.option(slot, 1)];
}

const conv: Rule = (view) => {
  const weight = outLast(view.weight(1));
  const [stride, dilation] = [pair(view, 1), pair(view, 4)];
  const bias = view.bias(2, weight.shape[3] ?? 0);
  return view.node({ kind: 'conv', stride, dilation, padding: view.padding(0), bias, nl: view.activation(3), weight });
};

const depthwise: Rule = (view) => {
  const { shape, data } = view.weight(1);
  const [one = 0, height = 0, width = 0, all = 0] = shape;
  const channels = view.shape(0)[2] ?? 0;
  if (one !== 1 || channels === 0 || all % channels !== 0) view.refuse(m.import_rank({ shape: shape.join('×') }));
  const weight = { shape: [height, width, channels, all / channels], data };
  const [stride, dilation] = [pair(view, 1), pair(view, 5)];
  const shared = { stride, dilation, padding: view.padding(0), bias: view.bias(2, all), nl: view.activation(4) };
  return view.node({ kind: 'depthwise', ...shared, weight });
};

const dense: Rule = (view) => {
  const weight = outLast(view.constant(1));
  if (weight.shape.length !== 2) view.refuse(m.import_rank({ shape: weight.shape.join('×') }));
  return view.node({ kind: 'dense', weight, bias: view.bias(2, weight.shape[1] ?? 0), nl: view.activation(0) });
};

/** Transposed convolution whose windows do not overlap; weight OHWI. */
function transposed(
  view: OperatorView,
  at: { readonly x: number; readonly weight: number; readonly bias: number },
  stride: Pair
): GraphNode {
  const weight = outLast(view.weight(at.weight));
  const bias = view.bias(at.bias, weight.shape[3] ?? 0);
  return view.node({ kind: 'transposedConv', stride, weight, bias, nl: 'linear' }, at.x);
}

const custom: Rule = (view) => {
  const { custom: name, customOptions: bytes } = view.operator;
  if (name !== 'Convolution2DTransposeBias') view.refuse(m.import_tflite_operator({ operator: name }));
  // Options as the operator stores them: padding, step across, step down, whole numbers of four bytes.
  if (bytes.length < 12) view.refuse(m.import_tflite_operator({ operator: name }));
  const options = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stride: Pair = [options.getInt32(8, true), options.getInt32(4, true)];
  return transposed(view, { x: 0, weight: 1, bias: 2 }, stride);
};

/** Two maps, or a map and a constant for each channel (or one for all). */
const arithmetic =
  (kind: 'add' | 'multiply', sign = 1): Rule =>
  (view) => {
    const nl = view.activation(0);
    const constants = [0, 1].filter((index) => view.isConstant(index));
    const [index] = constants;
    if (index === undefined) {
      if (sign < 0) view.refuse(m.import_tflite_operator({ operator: 'SUB' }));
      return view.node({ kind, nl }, 0, 1);
    }
    if (constants.length > 1 || (sign < 0 && index === 0)) view.refuse(m.import_tflite_mixed());
    const values = view.constant(index).data.map((value) => sign * value);
    const node = view.node({ kind: kind === 'add' ? 'shift' : 'scale', values }, 1 - index);
    if (nl === 'linear') return node;
    const name = `${node.name}/${node.kind}`;
    return [
      { ...node, name },
      { kind: 'activation', nl, name: node.name, inputs: [name], out: node.out }
    ];
  };

const activation =
  (nl: Activation): Rule =>
  (view) =>
    view.node({ kind: 'activation', nl });

const averagePool: Rule = (view) => {
  if (view.activation(5) !== 'linear') view.refuse(m.import_tflite_mixed());
  const window: Pair = [view.operator.option(4, 0), view.operator.option(3, 0)];
  return view.node({ kind: 'averagePool', window, stride: pair(view, 1), padding: view.padding(0) });
};

const mean: Rule = (view) => {
  const axes = Array.from(view.constant(1).data, (axis) => (axis < 0 ? axis + 4 : axis)).toSorted((a, b) => a - b);
  const [height = 0, width = 0, channels] = view.shape(0);
  if (axes.join() !== '1,2' || channels === undefined) view.refuse(m.import_tflite_mean());
  return view.node({ kind: 'averagePool', window: [height, width], stride: [1, 1], padding: 'valid' });
};

const resize: Rule = (view) => {
  const [aligned, half] = [view.operator.choice(2), view.operator.choice(3)];
  return view.node({ kind: 'resize', centres: aligned ? 'alignedCorners' : half ? 'halfPixel' : 'corner' });
};

const pad: Rule = (view) => {
  const [n0, n1, top = 0, bottom = 0, left = 0, right = 0, c0, c1] = view.constant(1).data;
  if (n0 !== 0 || n1 !== 0 || c0 !== 0 || c1 !== 0) view.refuse(m.import_tflite_mixed());
  return view.node({ kind: 'pad', pad: [top, bottom, left, right] });
};

const concat: Rule = (view) => {
  const given = view.operator.option(0, 0);
  const inputs = view.operator.inputs.map((_, index) => index);
  // The batch comes before our axes.
  const rank = view.outShape().length + 1;
  const axis = given < 0 ? given + rank : given;
  if (view.activation(1) !== 'linear' || axis < 1 || axis >= rank) view.refuse(m.import_tflite_mixed());
  return view.node({ kind: 'concat', axis: axis === rank - 1 ? -1 : axis - 1 }, ...inputs);
};

/** Between 8 bits and floats: nothing on floats; a constant keeps its values. */
const cast: Rule = (view) => {
  if (!view.isConstant(0)) return view.node({ kind: 'reshape' });
  view.passConstant(0);
  return [];
};

/** By the number of the built-in operator. */
export const operatorRules: Readonly<Record<number, Rule>> = {
  0: arithmetic('add'),
  1: averagePool,
  2: concat,
  3: conv,
  4: depthwise,
  6: cast,
  9: dense,
  14: activation('sigmoid'),
  18: arithmetic('multiply'),
  19: activation('relu'),
  21: activation('relu6'),
  22: (view) => view.node({ kind: 'reshape' }),
  23: resize,
  25: (view) => view.node({ kind: 'softmax' }),
  32: custom,
  34: pad,
  40: mean,
  41: arithmetic('add', -1),
  43: (view) => view.node({ kind: 'reshape' }),
  56: (view) => view.node({ kind: 'argmax' }),
  67: (view) => transposed(view, { x: 2, weight: 1, bias: 3 }, pair(view, 1)),
  114: cast,
  117: activation('hardSwish')
};
