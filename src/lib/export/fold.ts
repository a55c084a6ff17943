/** @file Step 8, export: batch norm folded into weight and bias: w·g, b = beta - mean·g with g = gamma / sqrt(variance + epsilon). */
import type { ConvOp, DepthwiseOp } from '$lib/ops/op';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';

/** A windowed op as one product and one sum. */
export interface FoldedWeights {
  readonly weight: Tensor;
  readonly bias: Float32Array | null;
}

/** A tensor of an op by role; throws where the tensors do not belong to the table. */
export function tensorOf(tensors: Tensors, id: string, role: string): Tensor {
  const tensor = tensors[`${id}.${role}`];
  if (!tensor) throw new Error(`tensor ${id}.${role}: must be there to be exported`);
  return tensor;
}

/** Weight (HWIO, depthwise [k, k, C, M]) and bias of an op with its norm folded in; rounded once to float32. */
export function foldNorm(op: ConvOp | DepthwiseOp, tensors: Tensors): FoldedWeights {
  const weight = tensorOf(tensors, op.id, 'weight');
  if (!op.norm) return { weight, bias: op.bias ? tensorOf(tensors, op.id, 'bias').data : null };
  const { epsilon } = op.norm;
  const part = (role: string): Float32Array => tensorOf(tensors, op.id, role).data;
  const [gamma, beta, mean, variance] = [part('gamma'), part('beta'), part('mean'), part('variance')];
  const factor = Float64Array.from(gamma, (value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  const channels = factor.length;
  const data = new Float32Array(weight.data.length);
  // The output channel is the fastest axis of both layouts.
  for (let i = 0; i < data.length; i++) data[i] = (weight.data[i] as number) * (factor[i % channels] as number);
  const bias = Float32Array.from(beta, (value, c) => value - (mean[c] ?? 0) * (factor[c] ?? 0));
  return { weight: { shape: weight.shape, data }, bias };
}
