/** @file Import: writes the neutral graph while a TensorFlow.js model is read, with the shape of every value. */
import type { Activation } from '$lib/ops/op';
import type { Tensor } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { NotUnderstood, type Graph, type GraphNode, type GraphPadding, type Pair } from './graph';
import type { FileTensor } from '../tfjs/manifest';

/** A value of the graph: the node that gives it ('' for the picture) and its shape without the batch. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A batch norm as the file holds it. */
export interface NormParts {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
  readonly momentum: number;
}

/** What a windowed layer says besides its weights. */
export interface WindowOptions {
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: GraphPadding;
  readonly bias: FileTensor | null;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Pixels of one side after a window. */
function sideAfter(size: number, kernel: number, axis: 0 | 1, options: Omit<WindowOptions, 'bias'>): number {
  const { padding } = options;
  const [stride, dilation] = [options.stride[axis], options.dilation[axis]];
  if (padding === 'same') return Math.ceil(size / stride);
  const zeros = padding === 'valid' ? 0 : padding[2 * axis]! + padding[2 * axis + 1]!;
  return Math.floor((size + zeros - (kernel - 1) * dilation - 1) / stride) + 1;
}

/** Pixels a map may have: keeps a broken file from asking for more than a machine has. */
const mostPixels = 2 ** 28;

export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  /** Norms as they stand in the file, by the weighted node they follow. */
  readonly norms = new Map<string, NormParts>();

  private readonly names = new Set<string>();

  constructor(private readonly input: readonly [number, number, number]) {}

  get picture(): Value {
    return { name: '', shape: this.input };
  }

  /** The graph so far, with these values as its answer. */
  graph(name: string, outputs: readonly Value[]): Graph {
    return { name, input: this.input, nodes: this.nodes, outputs: outputs.map((value) => value.name) };
  }

  push(node: GraphNode): Value {
    const pixels = sizeOf(node.out);
    if (!node.out.every((side) => side > 0) || pixels > mostPixels) {
      throw new NotUnderstood(node.name, m.import_tfjs_size({ shape: node.out.join('×') }));
    }
    if (node.name === '' || this.names.has(node.name)) throw new NotUnderstood(node.name, m.import_tfjs_twice());
    this.names.add(node.name);
    this.nodes.push(node);
    return { name: node.name, shape: node.out };
  }

  /** Height, width and channels of a map. */
  map(where: string, { shape }: Value): readonly [number, number, number] {
    const [height, width, channels] = shape;
    if (shape.length !== 3 || !height || !width || !channels) {
      throw new NotUnderstood(where, m.import_rank({ shape: shape.join('×') }));
    }
    return [height, width, channels];
  }

  /** The numbers of a tensor that must have one for each channel (or one for all). */
  private perChannel(where: string, tensor: FileTensor, channels: number): Float32Array {
    if (tensor.data.length !== channels) {
      throw new NotUnderstood(where, m.import_tfjs_shape({ shape: tensor.shape.join('×'), wanted: String(channels) }));
    }
    return tensor.data;
  }

  private weight(where: string, tensor: FileTensor, wanted: readonly (number | null)[]): Tensor {
    const fits =
      tensor.shape.length === wanted.length && wanted.every((side, i) => side === null || side === tensor.shape[i]);
    if (!fits || tensor.data.length === 0) {
      const shape = wanted.map((side) => side ?? '·').join('×');
      throw new NotUnderstood(where, m.import_tfjs_shape({ shape: tensor.shape.join('×'), wanted: shape }));
    }
    return { shape: tensor.shape, data: tensor.data };
  }

  /** Full convolution; weight [kh, kw, in, out]. */
  conv(name: string, from: Value, { weight, ...options }: WindowOptions & { readonly weight: FileTensor }): Value {
    return this.window('conv', { name, from, weight, options });
  }

  /** Depthwise convolution; weight [kh, kw, channels, multiplier]. */
  depthwise(name: string, from: Value, { weight, ...options }: WindowOptions & { readonly weight: FileTensor }): Value {
    return this.window('depthwise', { name, from, weight, options });
  }

  private window(
    kind: 'conv' | 'depthwise',
    layer: { name: string; from: Value; weight: FileTensor; options: WindowOptions }
  ): Value {
    const { name, from, options } = layer;
    const [height, width, channels] = this.map(name, from);
    const weight = this.weight(name, layer.weight, [null, null, channels, null]);
    const [kernelHeight = 1, kernelWidth = 1, , last = 1] = weight.shape;
    const out = [
      sideAfter(height, kernelHeight, 0, options),
      sideAfter(width, kernelWidth, 1, options),
      kind === 'conv' ? last : channels * last
    ];
    const bias = options.bias && this.perChannel(name, options.bias, out[2] ?? 0);
    return this.push({ kind, name, inputs: [from.name], out, ...options, weight, bias, nl: 'linear' });
  }

  /** Fully connected; weight [in, out]. */
  dense(name: string, from: Value, layer: { readonly weight: FileTensor; readonly bias: FileTensor | null }): Value {
    const weight = this.weight(name, layer.weight, [from.shape.at(-1) ?? 0, null]);
    const out = [...from.shape.slice(0, -1), weight.shape[1] ?? 0];
    const bias = layer.bias && this.perChannel(name, layer.bias, weight.shape[1] ?? 0);
    return this.push({ kind: 'dense', name, inputs: [from.name], out, weight, bias, nl: 'linear' });
  }

  activation(name: string, from: Value, nl: Activation): Value {
    return this.push({ kind: 'activation', name, inputs: [from.name], out: from.shape, nl });
  }

  /** Multiplies by, or adds, constants: one for all or one per channel. */
  affine(kind: 'scale' | 'shift', name: string, { from, values }: { from: Value; values: Float32Array }): Value {
    if (values.length !== 1)
      this.perChannel(name, { shape: [values.length], data: values, whole: false }, from.shape.at(-1) ?? 0);
    return this.push({ kind, name, inputs: [from.name], out: from.shape, values });
  }

  /** Batch norm in inference: a scale and a shift, and its parts kept where it follows a convolution. */
  norm(name: string, from: Value, parts: NormParts): Value {
    const channels = from.shape.at(-1) ?? 0;
    for (const data of [parts.gamma, parts.beta, parts.mean, parts.variance]) {
      this.perChannel(name, { shape: [data.length], data, whole: false }, channels);
    }
    const scale = parts.gamma.map((gamma, c) => gamma / Math.sqrt((parts.variance[c] ?? 0) + parts.epsilon));
    const shift = parts.beta.map((beta, c) => beta - (parts.mean[c] ?? 0) * (scale[c] ?? 0));
    if (from.name) this.norms.set(from.name, parts);
    const scaled = this.affine('scale', `${name}#scale`, { from, values: scale });
    return this.affine('shift', name, { from: scaled, values: shift });
  }

  /** Adds or multiplies two values; a [c] or [1, 1, c] value is spread over a map. */
  both(kind: 'add' | 'multiply', name: string, [a, b]: readonly [Value, Value]): Value {
    const [large, small] = sizeOf(a.shape) >= sizeOf(b.shape) ? [a, b] : [b, a];
    const equal = large.shape.join() === small.shape.join();
    const spread = sizeOf(small.shape) === small.shape.at(-1) && small.shape.at(-1) === large.shape.at(-1);
    if (!equal && !spread) {
      throw new NotUnderstood(
        name,
        m.import_tfjs_shape({ shape: small.shape.join('×'), wanted: large.shape.join('×') })
      );
    }
    return this.push({ kind, name, inputs: [a.name, b.name], out: large.shape, nl: 'linear' });
  }

  /** The mean over the whole map, as a 1x1 map or as [c]. */
  pool(name: string, from: Value, flat: boolean): Value {
    const [height, width, channels] = this.map(name, from);
    const window: Pair = [height, width];
    const out = flat ? [channels] : [1, 1, channels];
    return this.push({ kind: 'averagePool', name, inputs: [from.name], out, window, stride: window, padding: 'valid' });
  }

  averagePool(name: string, from: Value, layer: { window: Pair; stride: Pair; padding: 'same' | 'valid' }): Value {
    const [height, width, channels] = this.map(name, from);
    const options = { ...layer, dilation: [1, 1] as const };
    const [kernelHeight, kernelWidth] = layer.window;
    const out = [sideAfter(height, kernelHeight, 0, options), sideAfter(width, kernelWidth, 1, options), channels];
    return this.push({ kind: 'averagePool', name, inputs: [from.name], out, ...layer });
  }

  pad(name: string, from: Value, pad: readonly [number, number, number, number]): Value {
    const [height, width, channels] = this.map(name, from);
    const out = [height + pad[0] + pad[1], width + pad[2] + pad[3], channels];
    return this.push({ kind: 'pad', name, inputs: [from.name], out, pad });
  }

  reshape(name: string, from: Value, out: readonly number[]): Value {
    return this.push({ kind: 'reshape', name, inputs: [from.name], out });
  }

  /** Softmax or argmax along the last axis. */
  ending(kind: 'softmax' | 'argmax', name: string, from: Value): Value {
    return this.push({
      kind,
      name,
      inputs: [from.name],
      out: kind === 'softmax' ? from.shape : from.shape.slice(0, -1)
    });
  }

  resize(name: string, from: Value, to: { size: Pair; centres: 'halfPixel' | 'corner' | 'alignedCorners' }): Value {
    const out = [...to.size, this.map(name, from)[2]];
    return this.push({ kind: 'resize', name, inputs: [from.name], out, centres: to.centres });
  }

  /** Stacks values along an axis counted without the batch; all other sides must agree. */
  concat(name: string, parts: readonly Value[], axis: number): Value {
    const first = parts[0];
    if (!first) throw new NotUnderstood(name, m.import_tfjs_list());
    const at = axis < 0 ? axis + first.shape.length : axis;
    const rest = ({ shape }: Value): string => shape.map((side, i) => (i === at ? '·' : side)).join('×');
    const odd = parts.find((part) => rest(part) !== rest(first));
    if (odd) throw new NotUnderstood(name, m.import_tfjs_shape({ shape: rest(odd), wanted: rest(first) }));
    const sum = parts.reduce((total, part) => total + (part.shape[at] ?? 0), 0);
    const out = first.shape.map((side, i) => (i === at ? sum : side));
    const inputs = parts.map((part) => part.name);
    return this.push({ kind: 'concat', name, inputs, out, axis: at === first.shape.length - 1 ? -1 : at });
  }
}
