/** @file One pass through the ops of a network in TensorFlow.js, in inference or training mode. */
import {
  add,
  avgPool,
  batchNorm,
  conv2d,
  depthwiseConv2d,
  matMul,
  mean,
  mul,
  reshape,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D
} from '@tensorflow/tfjs';
import { match, type ConvOp, type DepthwiseOp, type Op, type Pad, type Rules } from '$lib/ops/op';
import { activate } from './activate';
import { trainingNorm, type BatchStatistics } from './batch-norm';
import { resize, resizeWithGradient, stackMaps, transposedConv, transposedFilter } from './maps';
import { spreadFilter } from './spread';

/** Finds a tensor by the full name `tensorsOf` gives it. */
export type TensorOf = (name: string) => Tensor;

/** Inference reads the running statistics; training normalises by the batch and collects its statistics. */
export type Mode =
  | { readonly kind: 'inference' }
  | {
      readonly kind: 'training';
      readonly statistics: BatchStatistics;
      /** What the input [n, c] of a dense op is multiplied by, by the op's id. */
      readonly masks?: ReadonlyMap<string, Tensor>;
    };

/** Where a pass finds its tensors, and how it runs. */
export interface Pass {
  readonly tensorOf: TensorOf;
  readonly mode: Mode;
}

type ExplicitPad = [[number, number], [number, number], [number, number], [number, number]];

/** An op's zeros as TensorFlow.js takes them, batch and channels untouched. */
export function explicitPad([top, bottom, left, right]: Pad): ExplicitPad {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0]
  ];
}

/** Whether the backends' own dilation serves: they know it at stride 1 only, and no gradient of it. */
export const dilates = (op: ConvOp | DepthwiseOp): boolean => op.dilation > 1 && op.stride === 1;

function normed(op: ConvOp | DepthwiseOp, x: Tensor4D, { tensorOf, mode }: Pass): Tensor4D {
  const { norm } = op;
  if (!norm) return op.bias ? add(x, tensorOf(`${op.id}.bias`)) : x;
  const gamma = tensorOf(`${op.id}.gamma`) as Tensor1D;
  const beta = tensorOf(`${op.id}.beta`) as Tensor1D;
  if (mode.kind === 'training') return trainingNorm(x, { gamma, beta }, { id: op.id, norm, into: mode.statistics });
  const average = tensorOf(`${op.id}.mean`) as Tensor1D;
  const variance = tensorOf(`${op.id}.variance`) as Tensor1D;
  return batchNorm<Rank.R4>(x, average, variance, beta, gamma, norm.epsilon);
}

function convolved(op: ConvOp | DepthwiseOp, x: Tensor4D, pass: Pass): Tensor4D {
  const weight = pass.tensorOf(`${op.id}.weight`) as Tensor4D;
  const own = pass.mode.kind === 'inference' && dilates(op);
  const filter = own ? weight : spreadFilter(weight, op.dilation);
  const dilation = own ? op.dilation : 1;
  const run = op.kind === 'conv' ? conv2d : depthwiseConv2d;
  return run(x, filter, op.stride, explicitPad(op.pad), 'NHWC', dilation);
}

/** Runs the ops on pictures [n, h, w, c] and returns every op's output [n, h, w, c] by id; call it inside a tidy. */
export function forwardAll(ops: readonly Op[], images: Tensor4D, pass: Pass): ReadonlyMap<string, Tensor4D> {
  const { tensorOf, mode } = pass;
  const values = new Map<string, Tensor4D>([['', images]]);
  const read = (op: Op, index: number): Tensor4D => {
    const value = values.get(op.inputs[index] ?? '');
    if (!value) throw new Error(`op ${op.id}: input ${index} must come before it, got ${op.inputs[index]}`);
    return value;
  };
  const windowed = (op: ConvOp | DepthwiseOp): Tensor4D =>
    activate(normed(op, convolved(op, read(op, 0), pass), pass), op.nl);
  const rules: Rules<Tensor4D> = {
    conv: windowed,
    depthwise: windowed,
    transposedConv: (op) => {
      const filter = transposedFilter(tensorOf(`${op.id}.weight`) as Tensor4D);
      return activate(add(transposedConv(read(op, 0), filter, op), tensorOf(`${op.id}.bias`)), op.nl);
    },
    dense: (op) => {
      const flat: Tensor2D = reshape(read(op, 0), [-1, op.in[2]]);
      const mask = mode.kind === 'training' ? mode.masks?.get(op.id) : undefined;
      const product = matMul(mask ? mul<Tensor2D>(flat, mask) : flat, tensorOf(`${op.id}.weight`) as Tensor2D);
      const sum = op.bias ? add(product, tensorOf(`${op.id}.bias`)) : product;
      return reshape(activate(sum, op.nl), [-1, 1, 1, op.out[2]]);
    },
    pool: (op) => mean(read(op, 0), [1, 2], true),
    averagePool: (op) => avgPool(read(op, 0), [...op.kernel], [...op.stride], 'valid'),
    resize: (op) => (mode.kind === 'training' ? resizeWithGradient : resize)(read(op, 0), op),
    multiply: (op) => mul(read(op, 0), read(op, 1)),
    add: (op) => add(read(op, 0), read(op, 1)),
    concat: (op) =>
      stackMaps(
        op.inputs.map((_, index) => read(op, index)),
        op
      )
  };
  for (const op of ops) values.set(op.id, match(op, rules));
  return values;
}

/** Runs the ops on pictures [n, h, w, c] and returns the last op's output, [n, h, w, c]; call it inside a tidy. */
export function forward(ops: readonly Op[], images: Tensor4D, pass: Pass): Tensor4D {
  return forwardAll(ops, images, pass).get(ops.at(-1)?.id ?? '') ?? images;
}
