/** @file Step 4, network: the first numbers of an untrained network, drawn from a seed. */
import { rngOf } from '$lib/base/rng';
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorSpec } from '$lib/ops/tensors';
import type { Tensor, Tensors } from './checkpoint';

/** Standard deviation of the logits' weights (torchvision's MobileNets): the first guess is even. */
const LOGITS_STD = 0.01;

/**
 * He et al. 2015: fan out, eq. 14, for convolutions (a depthwise filter feeds one channel); fan in, eq. 10, for dense
 * layers, whose gates and hidden layer would sleep for the first hundred steps with smaller numbers.
 */
function deviation(op: Op, shape: readonly number[]): number {
  if (op.kind === 'dense') {
    const gain = op.nl === 'hardSigmoid' ? 1 : 2;
    return op.nl === 'linear' ? LOGITS_STD : Math.sqrt(gain / op.in[2]);
  }
  const [height = 1, width = 1, , out = 1] = shape;
  return Math.sqrt(2 / (height * width * out));
}

function fill(op: Op, spec: TensorSpec, seed: number): Tensor {
  const { name, shape, role } = spec;
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
  if (role === 'gamma' || role === 'variance') data.fill(1);
  if (role === 'weight') {
    const rng = rngOf(seed).fork(name);
    const std = deviation(op, shape);
    for (let i = 0; i < data.length; i++) data[i] = std * rng.normal();
  }
  return { shape, data };
}

/** Draws every tensor from its own stream of the seed: He normal convolutions, small normal dense, identity norms, zero biases. */
export function initTensors(ops: readonly Op[], seed: number): Tensors {
  const pairs = ops.flatMap((op) => tensorsOf(op).map((spec) => [spec.name, fill(op, spec, seed)] as const));
  return Object.fromEntries(pairs);
}
