/** @file Import: what each class of Keras layer is in the neutral graph. */
import type { Activation } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import { NotUnderstood, type GraphPadding } from '../graph/graph';
import type { GraphBuilder, Value } from '../graph/builder';
import { items, number, pair, said, whole, type Fields } from './json';
import type { FileTensor } from './manifest';

/** A layer of the file. */
export interface Layer {
  readonly className: string;
  readonly name: string;
  readonly config: Fields;
  /** Names of the layers read; null in a Sequential, where each reads the one before. */
  readonly inputs: readonly string[] | null;
}

/** What a rule writes to and where it finds weights. */
export interface LayerGround {
  readonly builder: GraphBuilder;
  readonly tensors: ReadonlyMap<string, FileTensor>;
}

type LayerRule = (ground: LayerGround, layer: Layer, inputs: readonly Value[]) => Value;

function refuse({ name }: Layer, option: string, value: unknown): never {
  throw new NotUnderstood(name, m.import_tfjs_option({ option, value: said(value) }));
}

/** The layer's tensor 'name/kernel'; null where the file has none. */
const findTensor = ({ tensors }: LayerGround, { name }: Layer, what: string): FileTensor | null =>
  tensors.get(`${name}/${what}`) ?? null;

function tensor(ground: LayerGround, layer: Layer, what: string): FileTensor {
  const found = findTensor(ground, layer, what);
  if (!found) throw new NotUnderstood(`${layer.name}/${what}`, m.import_tfjs_tensor());
  return found;
}

const activations: Readonly<Record<string, Activation>> = {
  relu: 'relu',
  relu6: 'relu6',
  sigmoid: 'sigmoid',
  swish: 'swish',
  silu: 'swish'
};

/** Appends an activation by its Keras name. */
function activate({ builder }: LayerGround, layer: Layer, from: { value: Value; nl: unknown; name: string }): Value {
  const { value, nl, name } = from;
  if (nl === undefined || nl === null || nl === 'linear') return value;
  if (nl === 'softmax') return builder.ending('softmax', name, value);
  const known = typeof nl === 'string' && Object.hasOwn(activations, nl) ? activations[nl] : undefined;
  return known ? builder.activation(name, value, known) : refuse(layer, 'activation', nl);
}

const needsChannelsLast = (layer: Layer): void => {
  const format = layer.config['data_format'] ?? 'channels_last';
  if (format !== 'channels_last') refuse(layer, 'data_format', format);
};

function paddingOf(layer: Layer): GraphPadding {
  const padding = layer.config['padding'] ?? 'valid';
  return padding === 'same' || padding === 'valid' ? padding : refuse(layer, 'padding', padding);
}

const windowed =
  (kind: 'conv' | 'depthwise', kernel: string): LayerRule =>
  (ground, layer, [from]) => {
    needsChannelsLast(layer);
    const { config, name } = layer;
    if (!from) return refuse(layer, 'inputs', 0);
    const groups = config['groups'] ?? 1;
    if (groups !== 1) return refuse(layer, 'groups', groups);
    const value = ground.builder[kind](name, from, {
      weight: tensor(ground, layer, kernel),
      bias: config['use_bias'] === false ? null : tensor(ground, layer, 'bias'),
      stride: pair(name, config['strides'] ?? 1),
      dilation: pair(name, config['dilation_rate'] ?? 1),
      padding: paddingOf(layer)
    });
    return activate(ground, layer, { value, nl: config['activation'], name: `${name}#activation` });
  };

const dense: LayerRule = (ground, layer, [from]) => {
  const { config, name } = layer;
  if (!from) return refuse(layer, 'inputs', 0);
  const value = ground.builder.dense(name, from, {
    weight: tensor(ground, layer, 'kernel'),
    bias: config['use_bias'] === false ? null : tensor(ground, layer, 'bias')
  });
  return activate(ground, layer, { value, nl: config['activation'], name: `${name}#activation` });
};

const norm: LayerRule = (ground, layer, [from]) => {
  const { config, name } = layer;
  const axis = Array.isArray(config['axis']) ? items(name, config['axis'])[0] : (config['axis'] ?? -1);
  if (!from || (axis !== -1 && axis !== from.shape.length)) return refuse(layer, 'axis', axis);
  const mean = tensor(ground, layer, 'moving_mean').data;
  const variance = tensor(ground, layer, 'moving_variance').data;
  const of = (what: string, used: unknown, otherwise: number): Float32Array =>
    used === false ? new Float32Array(mean.length).fill(otherwise) : tensor(ground, layer, what).data;
  return ground.builder.norm(name, from, {
    gamma: of('gamma', config['scale'], 1),
    beta: of('beta', config['center'], 0),
    mean,
    variance,
    epsilon: number(name, config['epsilon'] ?? 1e-3),
    momentum: number(name, config['momentum'] ?? 0.99)
  });
};

const relu: LayerRule = (ground, layer, [from]) => {
  const { config, name } = layer;
  const most = config['max_value'] ?? null;
  if (!from || (most !== null && most !== 6)) return refuse(layer, 'max_value', most);
  for (const option of ['negative_slope', 'threshold']) {
    const value = config[option] ?? 0;
    if (value !== 0) return refuse(layer, option, value);
  }
  return ground.builder.activation(name, from, most === 6 ? 'relu6' : 'relu');
};

const pad: LayerRule = (ground, layer, [from]) => {
  needsChannelsLast(layer);
  const { config, name } = layer;
  if (!from) return refuse(layer, 'inputs', 0);
  const sides = Array.isArray(config['padding'])
    ? items(name, config['padding'])
    : [config['padding'], config['padding']];
  const [top, bottom, left, right] = sides.flatMap((side) => {
    const both = Array.isArray(side) ? items(name, side) : [side, side];
    return both.map((zeros) => whole(name, zeros));
  });
  if (right === undefined || Math.max(top ?? 0, bottom ?? 0, left ?? 0, right) > 64)
    return refuse(layer, 'padding', right);
  return ground.builder.pad(name, from, [top ?? 0, bottom ?? 0, left ?? 0, right]);
};

const joined =
  (kind: 'add' | 'multiply'): LayerRule =>
  ({ builder }, layer, inputs) => {
    const [a, b] = inputs;
    return a && b && inputs.length === 2
      ? builder.both(kind, layer.name, [a, b])
      : refuse(layer, 'inputs', inputs.length);
  };

const pool: LayerRule = ({ builder }, layer, [from]) => {
  needsChannelsLast(layer);
  return from ? builder.pool(layer.name, from, layer.config['keepdims'] !== true) : refuse(layer, 'inputs', 0);
};

const averagePool: LayerRule = ({ builder }, layer, [from]) => {
  needsChannelsLast(layer);
  const { config, name } = layer;
  const window = pair(name, config['pool_size'] ?? 2);
  const padding = paddingOf(layer) === 'same' ? 'same' : 'valid';
  if (!from) return refuse(layer, 'inputs', 0);
  return builder.averagePool(name, from, { window, stride: pair(name, config['strides'] ?? window), padding });
};

const reshape: LayerRule = ({ builder }, layer, [from]) => {
  if (!from) return refuse(layer, 'inputs', 0);
  const count = from.shape.reduce((a, b) => a * b, 1);
  const asked = layer.className === 'Flatten' ? [count] : items(layer.name, layer.config['target_shape']);
  const sides = asked.map((side) => number(layer.name, side));
  const known = sides.reduce((product, side) => (side === -1 ? product : product * side), 1);
  const out = sides.map((side) => (side === -1 ? count / known : side));
  if (out.some((side) => !Number.isInteger(side) || side < 1)) return refuse(layer, 'target_shape', sides.join());
  return builder.reshape(layer.name, from, out);
};

const rescaling: LayerRule = ({ builder }, layer, [from]) => {
  if (!from) return refuse(layer, 'inputs', 0);
  const { config, name } = layer;
  const scale = number(name, config['scale'] ?? 1);
  const offset = number(name, config['offset'] ?? 0);
  // What leaves the numbers as they are would hide a hard sigmoid spelled out in layers.
  const scaled =
    scale === 1 ? from : builder.affine('scale', `${name}#scale`, { from, values: Float32Array.of(scale) });
  return offset === 0 ? scaled : builder.affine('shift', name, { from: scaled, values: Float32Array.of(offset) });
};

const same: LayerRule = (_, layer, [from]) => from ?? refuse(layer, 'inputs', 0);

/** One rule for each class of layer that can be read. */
export const layerRules: Readonly<Record<string, LayerRule>> = {
  Conv2D: windowed('conv', 'kernel'),
  DepthwiseConv2D: windowed('depthwise', 'depthwise_kernel'),
  Dense: dense,
  BatchNormalization: norm,
  ReLU: relu,
  Activation: (ground, layer, [value]) =>
    value
      ? activate(ground, layer, { value, nl: layer.config['activation'], name: layer.name })
      : refuse(layer, 'inputs', 0),
  Softmax: ({ builder }, layer, [from]) =>
    from ? builder.ending('softmax', layer.name, from) : refuse(layer, 'inputs', 0),
  ZeroPadding2D: pad,
  Add: joined('add'),
  Multiply: joined('multiply'),
  GlobalAveragePooling2D: pool,
  AveragePooling2D: averagePool,
  Flatten: reshape,
  Reshape: reshape,
  Rescaling: rescaling,
  Dropout: same,
  SpatialDropout2D: same
};
