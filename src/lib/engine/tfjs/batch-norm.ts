/** @file Batch norm of the training pass: normalises by the batch and hands its statistics out for the running ones. */
import {
  add,
  customGrad,
  dispose,
  keep,
  moments,
  mul,
  rsqrt,
  sub,
  sum,
  type GradSaveFunc,
  type Tensor,
  type Tensor1D,
  type Tensor4D
} from '@tensorflow/tfjs';
import type { Norm } from '$lib/arch/architecture';

/** Mean and biased variance of a batch for each normed op, by op id; dispose them after the running update. */
export class BatchStatistics {
  readonly byOp = new Map<string, { readonly mean: Tensor1D; readonly variance: Tensor1D; readonly norm: Norm }>();

  dispose(): void {
    for (const { mean, variance } of this.byOp.values()) dispose([mean, variance]);
    this.byOp.clear();
  }
}

/** What a norm learns. */
export interface Affine {
  readonly gamma: Tensor1D;
  readonly beta: Tensor1D;
}

/**
 * Normalises [n, h, w, c] by batch mean and biased variance, with the closed gradient
 * dx = gamma rstd (dy - mean(dy) - xhat mean(dy xhat)) (Ioffe & Szegedy 2015, §3, simplified).
 */
export function trainingNorm(
  x: Tensor4D,
  affine: Affine,
  keepers: { id: string; norm: Norm; into: BatchStatistics }
): Tensor4D {
  const run = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [input, gamma, beta, save] = args as [Tensor4D, Tensor1D, Tensor1D, GradSaveFunc];
    const { mean, variance } = moments(input, [0, 1, 2]) as { mean: Tensor1D; variance: Tensor1D };
    const { id, norm, into } = keepers;
    into.byOp.set(id, { mean: keep(mean), variance: keep(variance), norm });
    const rstd = rsqrt(add(variance, norm.epsilon));
    const normalised = mul(sub(input, mean), rstd);
    save([normalised, mul(gamma, rstd)]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [xhat, scale] = saved as [Tensor4D, Tensor1D];
      const inverse = xhat.shape[3] / xhat.size;
      const dBeta = sum(dy, [0, 1, 2]);
      const dGamma = sum(mul(dy, xhat), [0, 1, 2]);
      const centred = sub(dy, add(mul(dBeta, inverse), mul(xhat, mul(dGamma, inverse))));
      return [mul(centred, scale), dGamma, dBeta];
    };
    return { value: add(mul(normalised, gamma), beta), gradFunc };
  });
  return run(x, affine.gamma, affine.beta) as Tensor4D;
}
