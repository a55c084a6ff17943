/** @file SIMD engine: the norm and activation at the end of a convolution or depthwise op. */
import type { ConvOp, DepthwiseOp } from '$lib/ops/op';
import { ACT } from '../kernels';
import type { Ground } from './layer';

/** Norm and activation of z[M, C]. */
export interface NormPart {
  readonly output: number;
  forward(z: number, count: number, training: boolean): void;
  /** Turns dy into dz in place; writes the gradients of gamma and beta. */
  backward(z: number, dy: number, count: number): void;
}

/** Builds the fused batch norm and activation of an op (Ioffe and Szegedy 2015); running variance is biased, as in TensorFlow.js. */
export function openNorm(op: ConvOp | DepthwiseOp, ground: Ground): NormPart {
  const { kernels, arena, parameters, maxBatch } = ground;
  const [height, width, channels] = op.out;
  const pixels = height * width;
  const gamma = parameters.of(op, 'gamma');
  const beta = parameters.of(op, 'beta');
  const runMean = parameters.of(op, 'mean').value;
  const runVar = parameters.of(op, 'variance').value;
  const mean = arena.alloc(channels);
  const rstd = arena.alloc(channels);
  const output = arena.alloc(maxBatch * pixels * channels);
  const act = ACT[op.nl];
  const { epsilon, momentum } = op.norm;
  return {
    output,
    forward(z, count, training) {
      const rows = count * pixels;
      if (training) kernels.normStats(z, rows, channels, mean, rstd, runMean, runVar, epsilon, momentum);
      else kernels.normScale(runVar, rstd, channels, epsilon);
      kernels.normApply(z, output, rows, channels, training ? mean : runMean, rstd, gamma.value, beta.value, act);
    },
    backward(z, dy, count) {
      const rows = count * pixels;
      const { gradient: dGamma } = gamma;
      const { gradient: dBeta } = beta;
      kernels.normBackward(z, dy, dy, rows, channels, mean, rstd, gamma.value, beta.value, dGamma, dBeta, act);
    }
  };
}
