/** @file SIMD engine: what ends every op with weights: batch norm, or a bias, or nothing, then the activation. */
import type { Norm } from '$lib/arch/architecture';
import type { ConvOp, DenseOp, DepthwiseOp, TransposedConvOp } from '$lib/ops/op';
import { ACT, LAST_FUSED } from '../kernels';
import type { Ground } from './layer';

/** An op that is finished here. */
export type Finished = ConvOp | DepthwiseOp | DenseOp | TransposedConvOp;

/** Norm or bias and activation of z[M, C], which the op itself fills. */
export interface Finish {
  readonly z: number;
  readonly output: number;
  forward(count: number, training: boolean): void;
  /** Turns dy into dz in place; writes the gradients of gamma and beta, or of the bias. */
  backward(dy: number, count: number): void;
}

/** Rows of z for each picture, its channels, the number of the activation and the memory of a map of z's size. */
interface Sizes {
  readonly pixels: number;
  readonly channels: number;
  readonly act: number;
  readonly map: () => number;
}

/** Batch norm (Ioffe and Szegedy 2015) with the activation fused where it can be; running variance is biased, as in TensorFlow.js. */
function openNorm(op: Finished, norm: Norm, ground: Ground, { pixels, channels, act, map }: Sizes): Finish {
  const { kernels, arena, parameters } = ground;
  const gamma = parameters.of(op, 'gamma');
  const beta = parameters.of(op, 'beta');
  const runMean = parameters.of(op, 'mean').value;
  const runVar = parameters.of(op, 'variance').value;
  const mean = arena.alloc(channels);
  const rstd = arena.alloc(channels);
  const fused = act <= LAST_FUSED ? act : ACT.linear;
  const z = map();
  const normed = map();
  const output = fused === act ? normed : map();
  const { epsilon, momentum } = norm;
  return {
    z,
    output,
    forward(count, training) {
      const rows = count * pixels;
      if (training) kernels.normStats(z, rows, channels, mean, rstd, runMean, runVar, epsilon, momentum);
      else kernels.normScale(runVar, rstd, channels, epsilon);
      kernels.normApply(z, normed, rows, channels, training ? mean : runMean, rstd, gamma.value, beta.value, fused);
      if (fused !== act) kernels.activateMap(normed, output, rows * channels, act);
    },
    backward(dy, count) {
      const rows = count * pixels;
      const { gradient: dGamma } = gamma;
      const { gradient: dBeta } = beta;
      if (fused !== act) kernels.deactivateMap(normed, dy, rows * channels, act);
      kernels.normBackward(z, dy, dy, rows, channels, mean, rstd, gamma.value, beta.value, dGamma, dBeta, fused);
    }
  };
}

/** A bias, and the activation in the same pass where it needs no exponential. */
function openBias(op: Finished, { kernels, parameters }: Ground, { pixels, channels, act, map }: Sizes): Finish {
  const bias = parameters.of(op, 'bias');
  const fused = act <= ACT.hardSigmoid ? act : ACT.linear;
  const z = map();
  const output = act === ACT.linear ? z : map();
  return {
    z,
    output,
    forward(count) {
      const rows = count * pixels;
      kernels.biasAct(z, bias.value, fused === act ? output : z, rows, channels, fused);
      if (fused !== act) kernels.activateMap(z, output, rows * channels, act);
    },
    backward(dy, count) {
      const rows = count * pixels;
      if (fused !== act) kernels.deactivateMap(z, dy, rows * channels, act);
      kernels.biasActBackward(z, dy, bias.gradient, rows, channels, fused);
    }
  };
}

/** The activation alone. */
function openBare({ kernels }: Ground, { pixels, channels, act, map }: Sizes): Finish {
  const z = map();
  if (act === ACT.linear) return { z, output: z, forward: () => undefined, backward: () => undefined };
  const output = map();
  const size = pixels * channels;
  return {
    z,
    output,
    forward: (count) => kernels.activateMap(z, output, count * size, act),
    backward: (dy, count) => kernels.deactivateMap(z, dy, count * size, act)
  };
}

/** Builds what follows an op's products; the op writes them to `z`. */
export function openFinish(op: Finished, ground: Ground): Finish {
  const [height, width, channels] = op.out;
  const pixels = height * width;
  const map = (): number => ground.arena.alloc(ground.maxBatch * pixels * channels);
  const sizes: Sizes = { pixels, channels, act: ACT[op.nl], map };
  const norm = op.kind === 'conv' || op.kind === 'depthwise' ? op.norm : null;
  if (norm) return openNorm(op, norm, ground, sizes);
  return op.kind === 'transposedConv' || op.bias ? openBias(op, ground, sizes) : openBare(ground, sizes);
}
