/** @file One pass through the ops of a network in TensorFlow.js, in inference or training mode. */
import {
  add,
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

/** Finds a tensor by the full name `tensorsOf` gives it. */
export type TensorOf = (name: string) => Tensor;

/** Inference reads the running statistics; training normalises by the batch and collects its statistics. */
export type Mode = { readonly kind: 'inference' } | { readonly kind: 'training'; readonly statistics: BatchStatistics };

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

function normed(op: ConvOp | DepthwiseOp, x: Tensor4D, tensorOf: TensorOf, mode: Mode): Tensor4D {
  const gamma = tensorOf(`${op.id}.gamma`) as Tensor1D;
  const beta = tensorOf(`${op.id}.beta`) as Tensor1D;
  const { epsilon } = op.norm;
  if (mode.kind === 'training') return trainingNorm(x, { gamma, beta }, { id: op.id, epsilon, into: mode.statistics });
  const average = tensorOf(`${op.id}.mean`) as Tensor1D;
  const variance = tensorOf(`${op.id}.variance`) as Tensor1D;
  return batchNorm<Rank.R4>(x, average, variance, beta, gamma, epsilon);
}

/** Runs the ops on pictures [n, h, w, c] and returns the last op's output, [n, h, w, c]; call it inside a tidy. */
export function forward(ops: readonly Op[], images: Tensor4D, pass: { tensorOf: TensorOf; mode: Mode }): Tensor4D {
  const { tensorOf, mode } = pass;
  const values = new Map<string, Tensor4D>([['', images]]);
  const read = (op: Op, index: number): Tensor4D => {
    const value = values.get(op.inputs[index] ?? '');
    if (!value) throw new Error(`op ${op.id}: input ${index} must come before it, got ${op.inputs[index]}`);
    return value;
  };
  const weight = (op: Op): Tensor4D => tensorOf(`${op.id}.weight`) as Tensor4D;
  const rules: Rules<Tensor4D> = {
    conv: (op) => {
      const y = conv2d(read(op, 0), weight(op), op.stride, explicitPad(op.pad));
      return activate(normed(op, y, tensorOf, mode), op.nl);
    },
    depthwise: (op) => {
      const y = depthwiseConv2d(read(op, 0), weight(op), op.stride, explicitPad(op.pad));
      return activate(normed(op, y, tensorOf, mode), op.nl);
    },
    dense: (op) => {
      const flat: Tensor2D = reshape(read(op, 0), [-1, op.in[2]]);
      const sum = add(matMul(flat, tensorOf(`${op.id}.weight`) as Tensor2D), tensorOf(`${op.id}.bias`));
      return reshape(activate(sum, op.nl), [-1, 1, 1, op.out[2]]);
    },
    pool: (op) => mean(read(op, 0), [1, 2], true),
    multiply: (op) => mul(read(op, 0), read(op, 1)),
    add: (op) => add(read(op, 0), read(op, 1))
  };
  let last = images;
  for (const op of ops) {
    last = match(op, rules);
    values.set(op.id, last);
  }
  return last;
}
