/** @file Ops as they are deployed: batch norm folded into weight and bias, activation fused where TensorFlow.js can. */
import {
  add,
  fused,
  mean,
  mul,
  reshape,
  tensor,
  tensor1d,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D
} from '@tensorflow/tfjs';
import type { NL } from '$lib/arch/architecture';
import { rngOf, type Rng } from '$lib/base/rng';
import { match, type ConvOp, type DenseOp, type DepthwiseOp, type Op, type Rules } from '$lib/ops/op';
import { tensorsOf } from '$lib/ops/tensors';
import { activate } from './activate';
import { explicitPad } from './forward';

/** One op with its folded weights resident: maps the values of its inputs to its output. */
export interface Deployed {
  readonly op: Op;
  apply(inputs: readonly Tensor4D[]): Tensor4D;
  dispose(): void;
}

type Weighted = ConvOp | DepthwiseOp | DenseOp;

/** ReLU and ReLU6 run inside the convolution; h-swish and hard sigmoid follow it. */
const fusedActivation = (nl: NL | 'hardSigmoid'): 'linear' | 'relu' | 'relu6' =>
  nl === 'relu' || nl === 'relu6' ? nl : 'linear';

const rest = (nl: NL | 'hardSigmoid'): NL | 'hardSigmoid' => (fusedActivation(nl) === nl ? 'linear' : nl);

const uniform = (rng: Rng, bound: number, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => bound * (2 * rng.next() - 1));

/**
 * Weight and bias that batch norm would fold to, drawn by seed: time does not depend on the values, as long as maps keep
 * their scale (He 2015) and no denormal numbers arise.
 */
function folded(op: Weighted, seed: number): { readonly weight: Tensor; readonly bias: Tensor1D } {
  const rng = rngOf(seed).fork(op.id);
  const shape = tensorsOf(op)[0]?.shape ?? [];
  const size = shape.reduce((a, b) => a * b, 1);
  const fanIn = op.kind === 'depthwise' ? size / op.in[2] : size / op.out[2];
  const weight = tensor(uniform(rng, Math.sqrt(6 / fanIn), size), [...shape]);
  return { weight, bias: tensor1d(uniform(rng, 0.5, op.out[2])) };
}

/** Puts an op's folded weights into the backend's memory. */
export function deploy(op: Op, seed: number): Deployed {
  const plain = (apply: (x: Tensor4D, y: Tensor4D) => Tensor4D): Deployed => ({
    op,
    apply: ([x, y]) => apply(x as Tensor4D, y as Tensor4D),
    dispose: () => undefined
  });
  const weighted = (of: Weighted, apply: (x: Tensor4D, weight: Tensor, bias: Tensor1D) => Tensor4D): Deployed => {
    const { weight, bias } = folded(of, seed);
    return {
      op,
      apply: ([x]) => activate(apply(x as Tensor4D, weight, bias), rest(of.nl)),
      dispose: () => {
        weight.dispose();
        bias.dispose();
      }
    };
  };
  const convolution = (of: ConvOp | DepthwiseOp, x: Tensor4D, [filter, bias]: readonly [Tensor4D, Tensor1D]) => ({
    x,
    filter,
    bias,
    strides: of.stride,
    // The typings of fused.depthwiseConv2d leave explicit zeros out, its kernels take them.
    pad: explicitPad(of.pad) as unknown as number,
    activation: fusedActivation(of.nl)
  });
  const rules: Rules<Deployed> = {
    conv: (of) => weighted(of, (x, w, bias) => fused.conv2d(convolution(of, x, [w as Tensor4D, bias]))),
    depthwise: (of) => weighted(of, (x, w, bias) => fused.depthwiseConv2d(convolution(of, x, [w as Tensor4D, bias]))),
    dense: (of) =>
      weighted(of, (x, w, bias) => {
        const a: Tensor2D = reshape(x, [-1, of.in[2]]);
        const y = fused.matMul({ a, b: w, bias, activation: fusedActivation(of.nl) });
        return reshape(y, [-1, 1, 1, of.out[2]]);
      }),
    pool: () => plain((x) => mean(x, [1, 2], true)),
    multiply: () => plain((x, gate) => mul(x, gate)),
    add: () => plain((x, y) => add(x, y))
  };
  return match(op, rules);
}
