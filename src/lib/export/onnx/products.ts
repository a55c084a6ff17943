/** @file Step 8, export: convolutions and dense layers as ONNX operators, on floats or on integers made on the way. */
import type { ConvNode, DenseNode, DepthwiseNode } from '$lib/import/graph/graph';
import { quantizeWeights } from '../quantize/weights';
import type { Weighted } from '../tflite/lite-graph';
import { filterFirst, filterThenInput, type Axes } from '../turn';
import type { OnnxAssembly } from './assembly';
import type { Attribute } from './protobuf';

/** A picture's name in the file. */
export const pictureName = 'input';
export const nameOf = (name: string): string => name || pictureName;

/** Taps, inputs and filters of a weight [kh, kw, in, out] or [kh, kw, channels, multiplier]. */
export function axesOf(node: ConvNode | DepthwiseNode): Axes {
  const [height = 1, width = 1, inside = 1, out = 1] = node.weight.shape;
  const taps = height * width;
  return node.kind === 'depthwise' ? { taps, inside: 1, out: inside * out } : { taps, inside, out };
}

/** Padding as ONNX orders it: top, left, bottom, right. */
function padsOf({ padding, name }: ConvNode | DepthwiseNode): readonly number[] {
  if (typeof padding === 'string') throw new Error(`onnx ${name}: padding must be numbers, got ${padding}`);
  const [top, bottom, left, right] = padding;
  return [top, left, bottom, right];
}

function windowOf(node: ConvNode | DepthwiseNode): Record<string, Attribute> {
  const [height = 1, width = 1, channels = 1] = node.weight.shape;
  return {
    kernel_shape: { ints: [height, width] },
    strides: { ints: [...node.stride] },
    pads: { ints: padsOf(node) },
    dilations: { ints: [...node.dilation] },
    group: { int: node.kind === 'depthwise' ? channels : 1 }
  };
}

/** Whether 8-bit weights of this kind are multiplied as integers: the operator set has no transposed convolution of them. */
export const multipliesIntegers = ({ kind }: { readonly kind: Weighted['kind'] }): boolean => kind !== 'transposedConv';

/** What an integer product needs besides its weight. */
interface IntegerProduct {
  readonly name: string;
  readonly to: string;
  readonly from: string;
  readonly scale: Float32Array;
  readonly bias: Float32Array | null;
  /** Axes after the channels: two on maps, none on vectors. */
  readonly after: number;
}

/** Quantizes the input by its own range, multiplies in integers, scales back and adds the bias. */
function onIntegers(
  file: OnnxAssembly,
  product: IntegerProduct,
  multiply: (input: readonly string[], to: string) => void
): void {
  const { name, to, from, scale, bias, after } = product;
  const [x, xScale, zero] = [`${name}.x`, `${name}.xScale`, `${name}.xZero`];
  file.many('DynamicQuantizeLinear', [from], [x, xScale, zero]);
  multiply([x, zero], `${name}.sum`);
  const sum = file.node('Cast', { from: [`${name}.sum`], to: `${name}.sumFloat`, with: { to: { int: 1 } } });
  const shape = [scale.length, ...Array.from({ length: after }, () => 1)];
  const factor = file.node('Mul', {
    from: [xScale, file.floats(`${name}.weightScale`, scale, shape)],
    to: `${name}.factor`
  });
  const result = file.node('Mul', { from: [sum, factor], to: bias ? `${name}.scaled` : to });
  if (bias) file.node('Add', { from: [result, file.floats(`${name}.bias`, bias, shape)], to });
}

/** A convolution to `to`, without its activation. */
export function convolution(file: OnnxAssembly, node: ConvNode | DepthwiseNode, to: string): void {
  const { name, weight, bias } = node;
  const axes = axesOf(node);
  const [height = 1, width = 1] = weight.shape;
  const dims = [axes.out, axes.inside, height, width];
  const from = nameOf(node.inputs[0] ?? '');
  const attributes = windowOf(node);
  if (file.weights !== 'dynamicInt8') {
    const inputs = [from, file.weight(`${name}.weight`, dims, filterThenInput(weight.data, axes))];
    if (bias) inputs.push(file.floats(`${name}.bias`, bias));
    file.node('Conv', { from: inputs, to, with: attributes });
    return;
  }
  const { data, scale } = quantizeWeights(weight.data, axes.out);
  const integers = file.integers(`${name}.weight`, filterThenInput(data, axes), dims);
  onIntegers(file, { name, to, from, scale, bias, after: 2 }, ([x = '', zero = ''], sum) => {
    file.node('ConvInteger', { from: [x, integers, zero], to: sum, with: attributes });
  });
}

/** A dense layer on vectors to `to`, without its activation. */
export function dense(file: OnnxAssembly, { name, inputs, weight, bias }: DenseNode, to: string): void {
  const [inside = 1, out = 1] = weight.shape;
  const from = nameOf(inputs[0] ?? '');
  if (file.weights !== 'dynamicInt8') {
    const turned = filterFirst(weight.data, { taps: 1, inside, out });
    const operands = [from, file.weight(`${name}.weight`, [out, inside], turned)];
    if (bias) operands.push(file.floats(`${name}.bias`, bias));
    const plain = { alpha: { float: 1 }, beta: { float: 1 }, transB: { int: 1 } };
    file.node('Gemm', { from: operands, to, with: plain });
    return;
  }
  const { data, scale } = quantizeWeights(weight.data, out);
  const integers = file.integers(`${name}.weight`, data, [inside, out]);
  onIntegers(file, { name, to, from, scale, bias, after: 0 }, ([x = '', zero = ''], sum) => {
    file.node('MatMulInteger', { from: [x, integers, zero], to: sum });
  });
}
