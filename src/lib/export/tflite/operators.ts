/** @file Step 8, export: one rule for each kind of node: the TensorFlow Lite operator, its version and its options. */
import { bytesOf, type LiteAssembly, type LiteCode, type LiteField } from './assembly';
import {
  matchLite,
  multipliesDynamically,
  type Fused,
  type LiteConstant,
  type LiteConv,
  type LiteDense,
  type LiteDepthwise,
  type LiteNode,
  type LiteRules,
  type LiteTransposedConv,
  type Weighted
} from './lite-graph';
import type { Kept, LiteValues } from './values';
import { dynamicWeight, floatBias, floatWeight, integerConstants, type LiteWeights } from './weights';

/** Where a node is written, and how its values are kept. */
export interface LiteWriting {
  readonly file: LiteAssembly;
  readonly values: LiteValues;
  readonly kept: Kept;
  /** How weights are kept among floats. */
  readonly weights: LiteWeights;
}

/** Numbers of the format (schema.fbs, ActivationFunctionType and Padding). */
const activations: Readonly<Record<Fused, number>> = { linear: 0, relu: 1, relu6: 3 };
const paddings = { same: 0, valid: 1 } as const;

const byte = (slot: number, value: number): LiteField => ({ slot, value: { byte: value } });
const int = (slot: number, value: number): LiteField => ({ slot, value: { int: value } });

/** An operator that gives one value. */
interface Made {
  readonly code: LiteCode;
  readonly version: number;
  readonly inputs: readonly number[];
  readonly fields?: readonly LiteField[];
}

/** Appends the operator that makes the node's value. */
function make({ file, values, kept }: LiteWriting, name: string, { code, version, inputs, fields = [] }: Made): void {
  const tensor = values.create(name, kept);
  file.operator({ code, version, inputs, outputs: [tensor], fields });
  values.define(name, kept, tensor);
}

/** Whether a node's 8-bit weights are multiplied by floats. */
const isDynamic = ({ kept, weights }: LiteWriting, node: Weighted): boolean =>
  kept === 'float32' && weights === 'dynamicInt8' && multipliesDynamically(node);

/** Weight and bias as the values around them are kept. */
function constants(at: LiteWriting, node: Weighted): readonly [weight: number, bias: number] {
  const { file, values, kept, weights } = at;
  if (kept === 'int8') return integerConstants(file, node, values.scaleOf(node.inputs[0] ?? ''));
  if (isDynamic(at, node)) return [dynamicWeight(file, node), floatBias(file, node, false)];
  const half = weights === 'float16';
  return [floatWeight(file, node, half), floatBias(file, node, half)];
}

// Versions below as in tflite/tools/versioning/op_version.cc.
function windowed(at: LiteWriting, node: LiteConv | LiteDepthwise): void {
  const [down, right] = node.stride;
  const [tall, wide] = node.dilation;
  const dilates = tall !== 1 || wide !== 1;
  const inputs = [at.values.read(node.inputs[0] ?? '', at.kept), ...constants(at, node)];
  const before = [byte(0, paddings[node.padding]), int(1, right), int(2, down)];
  if (node.kind === 'conv') {
    const fields = [...before, byte(3, activations[node.nl]), int(4, wide), int(5, tall)];
    const version = at.kept === 'int8' ? 3 : isDynamic(at, node) ? 5 : 1;
    make(at, node.name, { code: 'conv', version, inputs, fields });
    return;
  }
  const multiplier = node.weight.shape[3] ?? 1;
  const fields = [...before, int(3, multiplier), byte(4, activations[node.nl]), int(5, wide), int(6, tall)];
  const version = at.kept === 'int8' ? 3 : dilates ? 2 : 1;
  make(at, node.name, { code: 'depthwise', version, inputs, fields });
}

function dense(at: LiteWriting, node: LiteDense): void {
  const inputs = [at.values.read(node.inputs[0] ?? '', at.kept), ...constants(at, node)];
  const fields = [byte(0, activations[node.nl])];
  const version = at.kept === 'int8' ? 4 : isDynamic(at, node) ? 3 : 1;
  make(at, node.name, { code: 'dense', version, inputs, fields });
}

function transposedConv(at: LiteWriting, node: LiteTransposedConv): void {
  const [down, right] = node.stride;
  const sizes = at.file.integers(`${node.name}.sizes`, at.values.shapeOf(node.name));
  const [weight, bias] = constants(at, node);
  const inputs = [sizes, weight, at.values.read(node.inputs[0] ?? '', at.kept), bias];
  const fields = [byte(0, paddings.valid), int(1, right), int(2, down)];
  make(at, node.name, { code: 'transposedConv', version: 3, inputs, fields });
}

/** One number as a tensor: in 8 bits the largest integer, on a grid that makes it the number. */
function scalar({ file, kept }: LiteWriting, { name, value }: LiteConstant): number {
  const label = `${name}.number`;
  if (kept === 'float32') {
    return file.tensor({ name: label, shape: [1], type: 'float32', bytes: bytesOf(Float32Array.of(value)) });
  }
  const quantized = { scale: Float32Array.of(value / 255), zeroPoint: [-128], axis: 0 };
  return file.tensor({ name: label, shape: [1], type: 'int8', bytes: bytesOf(Int8Array.of(127)), quantized });
}

/** Appends the operators of one node. */
export function writeLiteNode(at: LiteWriting, one: LiteNode): void {
  const { file, values, kept } = at;
  const inputs = (): number[] => one.inputs.map((name) => values.read(name, kept));
  const plain = kept === 'int8' ? 2 : 1;
  const withConstant = (code: 'add' | 'multiply', node: LiteConstant): void => {
    make(at, node.name, {
      code,
      version: plain,
      inputs: [...inputs(), scalar(at, node)],
      fields: [byte(0, activations[node.nl])]
    });
  };
  const rules: LiteRules<void> = {
    conv: (node) => windowed(at, node),
    depthwise: (node) => windowed(at, node),
    dense: (node) => dense(at, node),
    transposedConv: (node) => transposedConv(at, node),
    add: ({ name }) => make(at, name, { code: 'add', version: plain, inputs: inputs(), fields: [byte(0, 0)] }),
    multiply: ({ name }) =>
      make(at, name, { code: 'multiply', version: plain, inputs: inputs(), fields: [byte(0, 0)] }),
    addConstant: (node) => withConstant('add', node),
    multiplyConstant: (node) => withConstant('multiply', node),
    activation: ({ nl, ...node }) => {
      // No fast kernel bounds 8-bit numbers on their way to another grid, but a product with 1 may.
      if (kept === 'int8' && (nl === 'relu' || nl === 'relu6'))
        withConstant('multiply', { ...node, kind: 'multiplyConstant', value: 1, nl });
      else make(at, node.name, { code: nl, version: nl === 'hardSwish' ? 1 : plain, inputs: inputs() });
    },
    pad: ({ name, pad: [top, bottom, left, right] }) => {
      const borders = file.integers(`${name}.zeros`, [0, 0, top, bottom, left, right, 0, 0], [4, 2]);
      make(at, name, { code: 'pad', version: plain, inputs: [...inputs(), borders] });
    },
    mean: ({ name }) => {
      const axes = file.integers(`${name}.axes`, [1, 2]);
      make(at, name, { code: 'mean', version: plain, inputs: [...inputs(), axes], fields: [byte(0, 1)] });
    },
    averagePool: ({ name, window: [tall, wide], stride: [down, right] }) => {
      const fields = [byte(0, paddings.valid), int(1, right), int(2, down), int(3, wide), int(4, tall), byte(5, 0)];
      make(at, name, { code: 'averagePool', version: plain, inputs: inputs(), fields });
    },
    resize: ({ name, out: [height = 1, width = 1] }) => {
      const sizes = file.integers(`${name}.sizes`, [height, width]);
      // Version 3 is the first with half-pixel centres.
      make(at, name, { code: 'resize', version: 3, inputs: [...inputs(), sizes], fields: [byte(2, 0), byte(3, 1)] });
    },
    reshape: ({ name }) => {
      const shape = values.shapeOf(name);
      const sizes = file.integers(`${name}.sizes`, shape);
      make(at, name, {
        code: 'reshape',
        version: 1,
        inputs: [...inputs(), sizes],
        fields: [{ slot: 0, value: { ints: shape } }]
      });
    },
    concat: ({ name, axis, out }) => {
      // The batch comes before our axes.
      const place = axis < 0 ? out.length : axis + 1;
      make(at, name, { code: 'concat', version: plain, inputs: inputs(), fields: [int(0, place), byte(1, 0)] });
    }
  };
  matchLite(one, rules);
}
