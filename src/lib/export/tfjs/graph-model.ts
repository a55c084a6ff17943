/** @file Step 8, export: a network as a TensorFlow.js graph model: norms folded, activations fused; for inference alone. */
import type { Tensor } from '$lib/weights/checkpoint';
import { build } from '$lib/base/build';
import {
  matchLite,
  type Fused,
  type LiteConv,
  type LiteDepthwise,
  type LiteGraph,
  type LiteRules
} from '../tflite/lite-graph';
import { spreadTaps } from './spread-taps';
import { toShards, type WeightsFile } from './weights';

/** `model.json` and the files of weights that belong beside it. */
export interface TfjsGraphModel {
  readonly modelJson: string;
  readonly weights: readonly WeightsFile[];
}

/** Texts of a GraphDef in JSON are base64. */
const text64 = {
  NHWC: 'TkhXQw==',
  SAME: 'U0FNRQ==',
  VALID: 'VkFMSUQ=',
  BiasAdd: 'Qmlhc0FkZA==',
  Relu: 'UmVsdQ==',
  Relu6: 'UmVsdTY='
} as const;

type Attribute = Readonly<Record<string, unknown>>;

interface GraphNodeJson {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

const float: Attribute = { type: 'DT_FLOAT' };
const whole: Attribute = { type: 'DT_INT32' };
const text = (word: keyof typeof text64): Attribute => ({ s: text64[word] });
const list = (values: readonly number[]): Attribute => ({ list: { i: values.map(String) } });
const shapeOf = (sizes: readonly number[]) => ({ dim: sizes.map((size) => ({ size: String(size) })) });
/** Any number of pictures. */
const batched = (sizes: readonly number[]) => shapeOf([-1, ...sizes]);

const fusedWords: Readonly<Record<Fused, readonly (keyof typeof text64)[]>> = {
  linear: ['BiasAdd'],
  relu: ['BiasAdd', 'Relu'],
  relu6: ['BiasAdd', 'Relu6']
};
const fusedOps = (nl: Fused): Readonly<Record<string, Attribute>> => ({
  fused_ops: { list: { s: fusedWords[nl].map((word) => text64[word]) } },
  num_args: { i: '1' },
  epsilon: { f: 0 }
});

const pictureName = 'input';
const nameOf = (name: string): string => name || pictureName;

interface Stored {
  readonly name: string;
  readonly tensor: Tensor | { readonly shape: readonly number[]; readonly data: Int32Array };
}

class GraphWriter {
  readonly nodes: GraphNodeJson[] = [];
  readonly weights: Stored[] = [];
  private readonly shared = new Map<string, string>();

  node(
    op: string,
    name: string,
    { input, attr = {} }: { input: readonly string[]; attr?: GraphNodeJson['attr'] }
  ): void {
    this.nodes.push({ name, op, input, attr: { T: float, ...attr } });
  }

  constant(name: string, tensor: Stored['tensor']): string {
    const isWhole = tensor.data instanceof Int32Array;
    const dtype = isWhole ? 'DT_INT32' : 'DT_FLOAT';
    const value = { tensor: { dtype, tensorShape: shapeOf(tensor.shape) } };
    this.nodes.push({ name, op: 'Const', attr: { dtype: isWhole ? whole : float, value } });
    this.weights.push({ name, tensor });
    return name;
  }

  /** Whole numbers that several nodes may share. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const key = `${shape.join()}:${values.join()}`;
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const name = this.constant(`integers.${this.shared.size}`, { shape, data: Int32Array.from(values) });
    this.shared.set(key, name);
    return name;
  }

  /** The sizes of a result for as many pictures as come in. */
  batchedSizes(name: string, { from, out }: { from: string; out: readonly number[] }): string {
    this.nodes.push({ name: `${name}.shape`, op: 'Shape', input: [from], attr: { T: float, out_type: whole } });
    const [zero, one] = [this.integers([0]), this.integers([1])];
    const masks = {
      begin_mask: { i: '0' },
      end_mask: { i: '0' },
      ellipsis_mask: { i: '0' },
      new_axis_mask: { i: '0' }
    };
    this.nodes.push({
      name: `${name}.count`,
      op: 'StridedSlice',
      input: [`${name}.shape`, zero, one, one],
      attr: { T: whole, Index: whole, shrink_axis_mask: { i: '1' }, ...masks }
    });
    const sides = out.map((side) => this.integers([side], []));
    const attr = { T: whole, N: { i: '4' }, axis: { i: '0' } };
    this.nodes.push({ name: `${name}.sizes`, op: 'Pack', input: [`${name}.count`, ...sides], attr });
    return `${name}.sizes`;
  }

  bias(name: string, { bias, out }: { bias: Float32Array | null; out: readonly number[] }): string {
    const data = bias ?? new Float32Array(out.at(-1) ?? 0);
    return this.constant(`${name}.bias`, { shape: [data.length], data });
  }

  windowed(node: LiteConv | LiteDepthwise): void {
    const { name, inputs, stride, padding, nl } = node;
    // TensorFlow.js dilates at stride 1 only.
    const spreads = node.stride[0] > 1 && node.dilation[0] > 1;
    const weight = spreads ? spreadTaps(node.weight, node.dilation[0]) : node.weight;
    const dilation = spreads ? [1, 1] : node.dilation;
    const operands = [nameOf(inputs[0] ?? ''), this.constant(`${name}.weight`, weight), this.bias(name, node)];
    const attr = {
      strides: list([1, ...stride, 1]),
      dilations: list([1, ...dilation, 1]),
      padding: text(padding === 'same' ? 'SAME' : 'VALID'),
      data_format: text('NHWC'),
      explicit_paddings: { list: {} },
      ...fusedOps(nl)
    };
    this.node(node.kind === 'conv' ? '_FusedConv2D' : 'FusedDepthwiseConv2dNative', name, { input: operands, attr });
  }

  /** A sum or product with one number, then what follows it. */
  withNumber(
    op: 'AddV2' | 'Mul',
    { name, inputs, value, nl }: { name: string; inputs: readonly string[]; value: number; nl: Fused }
  ): void {
    const number = this.constant(`${name}.number`, { shape: [], data: Float32Array.of(value) });
    const raw = nl === 'linear' ? name : `${name}.sum`;
    this.node(op, raw, { input: [nameOf(inputs[0] ?? ''), number] });
    if (nl !== 'linear') this.node(nl === 'relu' ? 'Relu' : 'Relu6', name, { input: [raw] });
  }
}

const activationOps = { relu: 'Relu', relu6: 'Relu6', sigmoid: 'Sigmoid' } as const;

function rulesFor(file: GraphWriter): LiteRules<void> {
  const all = (inputs: readonly string[]): string[] => inputs.map(nameOf);
  return {
    conv: (node) => file.windowed(node),
    depthwise: (node) => file.windowed(node),
    dense: (node) => {
      const { name, inputs, weight, nl } = node;
      const operands = [...all(inputs), file.constant(`${name}.weight`, weight), file.bias(name, node)];
      const attr = { transpose_a: { b: false }, transpose_b: { b: false }, ...fusedOps(nl) };
      file.node('_FusedMatMul', name, { input: operands, attr });
    },
    transposedConv: (node) => {
      const { name, inputs, weight, stride, out } = node;
      const [h = 1, w = 1, from = 1, to = 1] = weight.shape;
      // TensorFlow keeps these filters as [h, w, out, in].
      const data = new Float32Array(weight.data.length);
      for (let tap = 0; tap < h * w; tap++)
        for (let i = 0; i < from; i++)
          for (let o = 0; o < to; o++)
            data[(tap * to + o) * from + i] = weight.data[(tap * from + i) * to + o] as number;
      const filter = file.constant(`${name}.weight`, { shape: [h, w, to, from], data });
      const attr = {
        strides: list([1, ...stride, 1]),
        padding: text('VALID'),
        data_format: text('NHWC'),
        dilations: list([1, 1, 1, 1]),
        explicit_paddings: { list: {} }
      };
      const input = [file.batchedSizes(name, { from: nameOf(inputs[0] ?? ''), out }), filter, ...all(inputs)];
      file.node('Conv2DBackpropInput', `${name}.sum`, { input, attr });
      file.node('AddV2', name, { input: [`${name}.sum`, file.bias(name, node)] });
    },
    add: ({ name, inputs }) => file.node('AddV2', name, { input: all(inputs) }),
    multiply: ({ name, inputs }) => file.node('Mul', name, { input: all(inputs) }),
    addConstant: (node) => file.withNumber('AddV2', node),
    multiplyConstant: (node) => file.withNumber('Mul', node),
    activation: ({ name, inputs, nl }) => {
      if (nl === 'hardSwish') throw new Error(`tfjs graph ${name}: h-swish must be products`);
      file.node(activationOps[nl], name, { input: all(inputs) });
    },
    pad: ({ name, inputs, pad: [top, bottom, left, right] }) => {
      const borders = file.integers([0, 0, top, bottom, left, right, 0, 0], [4, 2]);
      file.node('Pad', name, { input: [...all(inputs), borders], attr: { Tpaddings: whole } });
    },
    mean: ({ name, inputs }) =>
      file.node('Mean', name, {
        input: [...all(inputs), file.integers([1, 2])],
        attr: { Tidx: whole, keep_dims: { b: true } }
      }),
    averagePool: ({ name, inputs, window, stride }) =>
      file.node('AvgPool', name, {
        input: all(inputs),
        attr: {
          ksize: list([1, ...window, 1]),
          strides: list([1, ...stride, 1]),
          padding: text('VALID'),
          data_format: text('NHWC')
        }
      }),
    resize: ({ name, inputs, out: [height = 1, width = 1] }) =>
      file.node('ResizeBilinear', name, {
        input: [...all(inputs), file.integers([height, width])],
        attr: { align_corners: { b: false }, half_pixel_centers: { b: true } }
      }),
    reshape: ({ name, inputs, out }) =>
      file.node('Reshape', name, { input: [...all(inputs), file.integers([-1, ...out])], attr: { Tshape: whole } }),
    concat: ({ name, inputs, axis, out }) => {
      const place = file.integers([axis < 0 ? out.length : axis + 1], []);
      file.node('ConcatV2', name, {
        input: [...all(inputs), place],
        attr: { N: { i: String(inputs.length) }, Tidx: whole }
      });
    }
  };
}

/** The network for `tf.loadGraphModel`: pictures [n, h, w, c] named 'input' in, the table's answers out; h-swish must be lowered to products. */
export function toTfjsGraph(graph: LiteGraph): TfjsGraphModel {
  const file = new GraphWriter();
  file.nodes.push({
    name: pictureName,
    op: 'Placeholder',
    attr: { dtype: float, shape: { shape: batched(graph.input) } }
  });
  const rules = rulesFor(file);
  for (const node of graph.nodes) matchLite(node, rules);
  const port = (name: string, shape: readonly number[]) => ({
    name: `${name}:0`,
    dtype: 'DT_FLOAT',
    tensorShape: batched(shape)
  });
  const outOf = (name: string): readonly number[] => graph.nodes.find((node) => node.name === name)?.out ?? [];
  const shards = toShards(file.weights.map(({ tensor }) => tensor.data));
  const model = {
    format: 'graph-model',
    generatedBy: ['Bneck', build.version].join(' '),
    convertedBy: null,
    signature: {
      inputs: { [pictureName]: port(pictureName, graph.input) },
      outputs: Object.fromEntries(graph.outputs.map((name) => [name, port(name, outOf(name))]))
    },
    modelTopology: { node: file.nodes, library: {}, versions: { producer: 1087 } },
    weightsManifest: [
      {
        paths: shards.map(({ path }) => path),
        weights: file.weights.map(({ name, tensor: { shape, data } }) => ({
          name,
          shape,
          dtype: data instanceof Int32Array ? 'int32' : 'float32'
        }))
      }
    ]
  };
  return { modelJson: JSON.stringify(model), weights: shards };
}
