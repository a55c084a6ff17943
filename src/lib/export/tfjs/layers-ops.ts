/** @file Step 8, export: what each op is in layers that every TensorFlow.js has. */
import { match, type ConvOp, type DepthwiseOp, type Op, type Rules } from '$lib/ops/op';
import { padding2d } from '$lib/ops/shape';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { layerName } from '../keras/names';
import { kerasVariables } from '../keras/weights';
import { withActivation } from './layers-activation';
import type { LayerList, LayerValue } from './layers-list';

/** Where layers are written to and tensors come from. */
export interface LayersGround {
  readonly list: LayerList;
  readonly tensors: Tensors;
  /** Share of the values dropped before the logits while training. */
  readonly dropout: number;
}

/** Gives the op's value from its first input; `all` are its inputs. */
type OpRule = (ground: LayersGround, x: LayerValue, all: readonly LayerValue[]) => LayerValue;

/** The variables of one layer of an op: its own, or those of its norm, '_bn'. */
function variablesOf(op: Op, { tensors }: LayersGround, end: '' | '_bn' = ''): Readonly<Record<string, Tensor>> {
  const layer = layerName(op.id) + end;
  const own = kerasVariables(op, tensors).filter((one) => one.layer === layer);
  return Object.fromEntries(own.map(({ variable, tensor }) => [variable, tensor]));
}

/** Numbers are loaded at once: drawing others before takes seconds. */
const zeros = { class_name: 'Zeros', config: {} };

/** The value as a map [h, w, c]; pools and dense layers give [c]. */
const asMap = ({ list }: LayersGround, op: Op, value: LayerValue): LayerValue =>
  value.shape.length === 3 ? value : list.reshaped(value, `${layerName(op.id)}_map`, [1, 1, ...value.shape]);

/** The taps of a dilated kernel with zeros between them. */
function spreadTaps({ shape, data }: Tensor, dilation: number): Tensor {
  const [kernel = 1, , from = 1, to = 1] = shape;
  const span = (kernel - 1) * dilation + 1;
  const size = from * to;
  const out = new Float32Array(span * span * size);
  for (let tap = 0; tap < kernel * kernel; tap++) {
    const at = Math.floor(tap / kernel) * dilation * span + (tap % kernel) * dilation;
    out.set(data.subarray(tap * size, (tap + 1) * size), at * size);
  }
  return { shape: [span, span, from, to], data: out };
}

const withNorm = (ground: LayersGround, op: ConvOp | DepthwiseOp, value: LayerValue): LayerValue => {
  if (!op.norm) return value;
  const { epsilon, momentum } = op.norm;
  const name = `${layerName(op.id)}_bn`;
  const config = { axis: -1, momentum, epsilon, center: true, scale: true };
  const weights = variablesOf(op, ground, '_bn');
  return ground.list.push({ kind: 'BatchNormalization', name, shape: value.shape, config, weights }, [value]);
};

/** TensorFlow's own padding where it pads as the op does; else explicit zeros before a window without padding. */
function padded(
  ground: LayersGround,
  op: ConvOp | DepthwiseOp,
  value: LayerValue
): readonly [LayerValue, 'same' | 'valid'] {
  const same = padding2d(op.in, op, 'same');
  const [top, bottom, left, right] = op.pad;
  if (op.pad.every((zeros, side) => zeros === same[side])) return [value, 'same'];
  if (op.pad.every((zeros) => zeros === 0)) return [value, 'valid'];
  const [height, width, channels] = op.in;
  const padding = [
    [top, bottom],
    [left, right]
  ];
  const shape = [height + top + bottom, width + left + right, channels];
  const name = `${layerName(op.id)}_pad`;
  return [ground.list.push({ kind: 'ZeroPadding2D', name, shape, config: { padding } }, [value]), 'valid'];
}

/** A convolution with its norm and activation. The layers know a dilation at stride 1 alone, depthwise ones ignore it. */
const windowed =
  (op: ConvOp | DepthwiseOp): OpRule =>
  (ground, x) => {
    const full = op.kind === 'conv';
    const own = op.dilation === 1 || op.kernel === 1 || (full && op.stride === 1);
    const kernelSize = own ? op.kernel : (op.kernel - 1) * op.dilation + 1;
    const dilation = own && op.kernel > 1 ? op.dilation : 1;
    const { kernel, ...others } = variablesOf(op, ground);
    const spread = kernel && !own ? spreadTaps(kernel, op.dilation) : kernel;
    const kernelName = full ? 'kernel' : 'depthwise_kernel';
    const name = layerName(op.id);
    const [from, padding] = padded(ground, op, asMap(ground, op, x));
    const config = {
      ...(full ? { filters: op.out[2] } : { depth_multiplier: op.multiplier }),
      kernel_size: [kernelSize, kernelSize],
      strides: [op.stride, op.stride],
      padding,
      data_format: 'channels_last',
      dilation_rate: [dilation, dilation],
      activation: 'linear',
      use_bias: 'bias' in others,
      [full ? 'kernel_initializer' : 'depthwise_initializer']: zeros
    };
    const weights = { ...(spread && { [kernelName]: spread }), ...others };
    const kind = full ? 'Conv2D' : 'DepthwiseConv2D';
    const convolved = ground.list.push({ kind, name, shape: op.out, config, weights }, [from]);
    return withActivation(ground.list, withNorm(ground, op, convolved), { nl: op.nl, name });
  };

/** [from, to] of linear interpolation between pixel centres; outside the outermost centres the edge goes on. */
function blend(from: number, to: number): Tensor {
  const data = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, from - 1);
    data[low * to + i] = 1 - (at - low);
    data[high * to + i] = (data[high * to + i] ?? 0) + (at - low);
  }
  return { shape: [from, to], data };
}

/** One axis after the other brought to the end and multiplied: the layers' own resize knows no half-pixel centres. */
function resized(list: LayerList, op: Op, value: LayerValue): LayerValue {
  const [height, width] = op.out;
  if (value.shape[0] === height && value.shape[1] === width) return value;
  const name = layerName(op.id);
  const turned = (from: LayerValue, end: string): LayerValue => {
    const [a = 1, b = 1, c = 1] = from.shape;
    return list.push({ kind: 'Permute', name: name + end, shape: [b, c, a], config: { dims: [2, 3, 1] } }, [from]);
  };
  const blended = (from: LayerValue, to: number, end: string): LayerValue => {
    const [a = 1, b = 1, size = 1] = from.shape;
    const config = { units: to, activation: 'linear', use_bias: false, kernel_initializer: zeros, trainable: false };
    const weights = { kernel: blend(size, to) };
    return list.push({ kind: 'Dense', name: name + end, shape: [a, b, to], config, weights }, [from]);
  };
  const rows = blended(turned(value, '_rows_last'), height, '_rows');
  const columns = blended(turned(rows, '_columns_last'), width, '_columns');
  return turned(columns, '');
}

const joined =
  (kind: 'Multiply' | 'Add') =>
  (op: Op): OpRule =>
  (ground, _, all) => {
    const parts = all.map((value) => asMap(ground, op, value));
    return ground.list.push({ kind, name: layerName(op.id), shape: op.out }, parts);
  };

const rules: Rules<OpRule> = {
  conv: windowed,
  depthwise: windowed,
  transposedConv: (op) => (ground, x) => {
    const name = layerName(op.id);
    const config = {
      filters: op.out[2],
      kernel_size: [op.kernel, op.kernel],
      strides: [op.kernel, op.kernel],
      padding: 'valid',
      data_format: 'channels_last',
      activation: 'linear',
      use_bias: true,
      kernel_initializer: zeros
    };
    const layer = { kind: 'Conv2DTranspose', name, shape: op.out, config, weights: variablesOf(op, ground) };
    const value = ground.list.push(layer, [asMap(ground, op, x)]);
    return withActivation(ground.list, value, { nl: op.nl, name });
  },
  dense: (op) => (ground, x) => {
    const { list, dropout } = ground;
    const name = layerName(op.id);
    let from = list.reshaped(x, `${name}_flat`, [op.in[2]]);
    if (op.id === 'head.logits' && dropout > 0)
      from = list.same('Dropout', 'head_dropout', { value: from, config: { rate: dropout } });
    const config = { units: op.out[2], activation: 'linear', use_bias: op.bias, kernel_initializer: zeros };
    const layer = { kind: 'Dense', name, shape: [op.out[2]], config, weights: variablesOf(op, ground) };
    return withActivation(list, list.push(layer, [from]), { nl: op.nl, name });
  },
  pool: (op) => (ground, x) => {
    const config = { data_format: 'channels_last' };
    const layer = { kind: 'GlobalAveragePooling2D', name: layerName(op.id), shape: [op.out[2]], config };
    return ground.list.push(layer, [asMap(ground, op, x)]);
  },
  averagePool: (op) => (ground, x) => {
    const config = { pool_size: op.kernel, strides: op.stride, padding: 'valid', data_format: 'channels_last' };
    const layer = { kind: 'AveragePooling2D', name: layerName(op.id), shape: op.out, config };
    return ground.list.push(layer, [asMap(ground, op, x)]);
  },
  resize: (op) => (ground, x) => resized(ground.list, op, asMap(ground, op, x)),
  multiply: joined('Multiply'),
  add: joined('Add'),
  concat:
    (op) =>
    ({ list }, _, all) => {
      const name = layerName(op.id);
      const [, count, width] = op.out;
      const parts = all.map((value, index) => {
        const size = value.shape.reduce((a, b) => a * b, 1);
        const shape = op.axis === 'rows' ? [size / width, width] : value.shape;
        return list.reshaped(value, `${name}_rows${index + 1}`, shape);
      });
      const config = { axis: op.axis === 'rows' ? 1 : -1 };
      // Rows of numbers are no map any more: [rows, width].
      const shape = op.axis === 'rows' || parts[0]?.shape.length === 2 ? [count, width] : op.out;
      return list.push({ kind: 'Concatenate', name, shape, config }, parts);
    }
};

/** Appends the layers of one op after the values that it reads, of which `x` is the first. */
export const appendOp = (
  op: Op,
  ground: LayersGround,
  { x, all }: { readonly x: LayerValue; readonly all: readonly LayerValue[] }
): LayerValue => match(op, rules)(ground, x, all);
