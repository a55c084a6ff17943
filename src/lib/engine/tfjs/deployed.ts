/** @file Ops as they are deployed: batch norm folded into weight and bias, activation fused where TensorFlow.js can. */
import {
  add,
  avgPool,
  fused,
  mean,
  mul,
  reshape,
  tensor,
  tensor1d,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D
} from '@tensorflow/tfjs';
import { rngOf, type Rng } from '$lib/base/rng';
import {
  match,
  type Activation,
  type ConvOp,
  type DenseOp,
  type DepthwiseOp,
  type Op,
  type Rules,
  type TransposedConvOp
} from '$lib/ops/op';
import { tensorsOf } from '$lib/ops/tensors';
import { activate } from './activate';
import { dilates, explicitPad } from './forward';
import { resize, stackMaps, transposedConv, transposedFilter } from './maps';
import { spreadFilter } from './spread';

/** One op with its folded weights resident: maps the values of its inputs to its output. */
export interface Deployed {
  readonly op: Op;
  apply(inputs: readonly Tensor4D[]): Tensor4D;
  dispose(): void;
}

type Weighted = ConvOp | DepthwiseOp | DenseOp | TransposedConvOp;

/** ReLU and ReLU6 run inside the convolution; the others follow it. */
const fusedActivation = (nl: Activation): 'linear' | 'relu' | 'relu6' =>
  nl === 'relu' || nl === 'relu6' ? nl : 'linear';

const rest = (nl: Activation): Activation => (fusedActivation(nl) === nl ? 'linear' : nl);

const uniform = (rng: Rng, bound: number, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => bound * (2 * rng.next() - 1));

/** The weight as the kernels want it: transposed convolutions as one 1x1 filter, dilations they lack spread out. */
function arranged(op: Weighted, weight: Tensor): Tensor {
  if (op.kind === 'dense') return weight;
  if (op.kind === 'transposedConv') return transposedFilter(weight as Tensor4D);
  return dilates(op) ? weight : spreadFilter(weight as Tensor4D, op.dilation);
}

/** An op's weight, and its bias where it has one or its norm folds to one. */
interface Folded {
  readonly weight: Tensor;
  readonly bias: Tensor1D | undefined;
}

/**
 * Weight and bias that batch norm would fold to, drawn by seed: time does not depend on the values, as long as maps keep
 * their scale (He 2015) and no denormal numbers arise.
 */
function folded(op: Weighted, seed: number): Folded {
  const rng = rngOf(seed).fork(op.id);
  const shape = tensorsOf(op)[0]?.shape ?? [];
  const size = shape.reduce((a, b) => a * b, 1);
  const fanIn = size / op.out[2];
  const weight = tidy(() => arranged(op, tensor(uniform(rng, Math.sqrt(6 / fanIn), size), [...shape])));
  const hasBias = op.kind === 'transposedConv' || op.bias || (op.kind !== 'dense' && op.norm !== null);
  return { weight, bias: hasBias ? tensor1d(uniform(rng, 0.5, op.out[2])) : undefined };
}

/** Puts an op's folded weights into the backend's memory. */
export function deploy(op: Op, seed: number): Deployed {
  const moved = (apply: (inputs: readonly Tensor4D[]) => Tensor4D): Deployed => ({
    op,
    apply,
    dispose: () => undefined
  });
  const plain = (apply: (x: Tensor4D, y: Tensor4D) => Tensor4D): Deployed =>
    moved(([x, y]) => apply(x as Tensor4D, y as Tensor4D));
  const weighted = (of: Weighted, apply: (x: Tensor4D, own: Folded) => Tensor4D, after: Activation): Deployed => {
    const own = folded(of, seed);
    return {
      op,
      apply: ([x]) => activate(apply(x as Tensor4D, own), after),
      dispose: () => {
        own.weight.dispose();
        own.bias?.dispose();
      }
    };
  };
  const convolution = (of: ConvOp | DepthwiseOp, x: Tensor4D, { weight, bias }: Folded) => ({
    x,
    filter: weight as Tensor4D,
    ...(bias && { bias }),
    strides: of.stride,
    dilations: dilates(of) ? of.dilation : 1,
    // The typings of fused.depthwiseConv2d leave explicit zeros out, its kernels take them.
    pad: explicitPad(of.pad) as unknown as number,
    activation: fusedActivation(of.nl)
  });
  const rules: Rules<Deployed> = {
    conv: (of) => weighted(of, (x, own) => fused.conv2d(convolution(of, x, own)), rest(of.nl)),
    depthwise: (of) => weighted(of, (x, own) => fused.depthwiseConv2d(convolution(of, x, own)), rest(of.nl)),
    transposedConv: (of) =>
      weighted(
        of,
        (x, { weight, bias }) => {
          const y = transposedConv(x, weight as Tensor4D, of);
          return bias ? add(y, bias) : y;
        },
        of.nl
      ),
    dense: (of) =>
      weighted(
        of,
        (x, { weight, bias }) => {
          const a: Tensor2D = reshape(x, [-1, of.in[2]]);
          const activation = fusedActivation(of.nl);
          const y = fused.matMul({ a, b: weight, ...(bias && { bias }), activation });
          return reshape(y, [-1, 1, 1, of.out[2]]);
        },
        rest(of.nl)
      ),
    pool: () => plain((x) => mean(x, [1, 2], true)),
    averagePool: (of) => plain((x) => avgPool(x, [...of.kernel], [...of.stride], 'valid')),
    resize: (of) => plain((x) => resize(x, of)),
    multiply: () => plain((x, gate) => mul(x, gate)),
    add: () => plain((x, y) => add(x, y)),
    concat: (of) => moved((inputs) => stackMaps(inputs, of))
  };
  return match(op, rules);
}
