/** @file Test support: loss and gradients of any network as TensorFlow.js differentiates them; the caller opens a backend first. */
import {
  dispose,
  losses,
  mul,
  reshape,
  sum,
  tensor,
  tensor2d,
  tensor4d,
  tidy,
  variable,
  variableGrads,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  type Variable
} from '@tensorflow/tfjs';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { Batch } from '../../src/lib/engine/engine';
import { lossOf } from '../../src/lib/engine/loss';
import { BatchStatistics } from '../../src/lib/engine/tfjs/batch-norm';
import { forward } from '../../src/lib/engine/tfjs/forward';
import type { Op } from '../../src/lib/ops/op';
import { tensorsOf } from '../../src/lib/ops/tensors';
import type { Objective } from '../../src/lib/task/objective';
import { dropoutMask, dropoutOf } from '../../src/lib/task/dropout';
import type { Tensors } from '../../src/lib/weights/checkpoint';

/** What is differentiated. */
export interface Learner {
  readonly arch: Architecture;
  readonly ops: readonly Op[];
  readonly objective: Objective;
}

/** Loss in training mode, its gradient by the answer, and by every learned tensor. */
export interface LossGradients {
  readonly loss: number;
  readonly answer: Float32Array;
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** The mean softmax cross-entropy as TensorFlow.js has it. */
function classesLoss(out: Tensor4D, { labels, count }: Batch): Scalar {
  const classes = out.size / count;
  const oneHot = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) oneHot[row * classes + (labels[row] ?? 0)] = 1;
  const logits = reshape<Rank.R2>(out, [count, classes]);
  return losses.softmaxCrossEntropy<Tensor2D, Scalar>(tensor2d(oneHot, [count, classes]), logits);
}

/** What a classifier's logits read is multiplied with. */
function masksOf({ arch, ops }: Learner, { count, draw }: Batch): ReadonlyMap<string, Tensor> {
  const dropout = dropoutOf(arch);
  const wide = ops.find(({ id }) => id === dropout?.id)?.in[2];
  if (!dropout || wide === undefined) return new Map();
  return new Map([[dropout.id, tensor2d(dropoutMask(count * wide, dropout.rate, draw), [count, wide])]]);
}

/**
 * Differentiates the loss of a batch. A classifier's loss is that of TensorFlow.js; that of maps and boxes is taken as the
 * answer's product with its own gradient, so that what is compared is the way back through the network.
 */
export function gradientsInTfjs(learner: Learner, tensors: Tensors, batch: Batch): LossGradients {
  const { arch, ops, objective } = learner;
  const held = new Map<string, Variable>();
  const byVariable = new Map<string, string>();
  for (const { name, shape, trainable } of ops.flatMap(tensorsOf)) {
    const start = tensor(tensors[name]?.data ?? [], [...shape]);
    const value = variable(start, trainable);
    start.dispose();
    held.set(name, value);
    if (trainable) byVariable.set(value.name, name);
  }
  const tensorOf = (name: string): Tensor => {
    const value = held.get(name);
    if (!value) throw new Error(`tensor ${name} must be given`);
    return value;
  };
  const statistics = new BatchStatistics();
  let answer = new Float32Array();
  let loss = NaN;
  const gradients: Record<string, Float32Array> = {};
  tidy(() => {
    const pictures = tensor4d(batch.images, [batch.count, ...arch.input]);
    const masks = masksOf(learner, batch);
    const learned = [...held.values()].filter(({ trainable }) => trainable);
    const { value, grads } = variableGrads(() => {
      const mode = { kind: 'training', statistics, masks } as const;
      const out = forward(ops, pictures, { tensorOf, mode });
      answer = new Float32Array(out.size);
      loss = lossOf(out.dataSync<'float32'>(), batch, { arch, objective, gradient: answer }).loss;
      if (objective.kind === 'classes') return classesLoss(out, batch);
      return sum<Scalar>(mul(out, tensor4d(answer, out.shape)));
    }, learned);
    if (objective.kind === 'classes') loss = value.dataSync<'float32'>()[0] ?? NaN;
    for (const [name, grad] of Object.entries(grads)) {
      gradients[byVariable.get(name) ?? name] = grad.dataSync<'float32'>();
    }
  });
  statistics.dispose();
  dispose([...held.values()]);
  return { loss, answer, gradients };
}
