/** @file Step 4, network: the first numbers of an untrained network, drawn from a seed by a named rule. */
import { unreachable } from '$lib/base/assert';
import { rngOf, type Rng } from '$lib/base/rng';
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorSpec } from '$lib/ops/tensors';
import type { Tensor, Tensors } from './checkpoint';

/**
 * Whose rule draws the weights. `he`: He et al. 2015, fan out for convolutions and, so that gates and hidden layers do
 * not sleep through the first steps, fan in for dense layers; the default. `torchvision`: `kaiming_normal_(fan_out)`
 * for convolutions, SE's included, N(0, 0.01) for linear layers (torchvision's MobileNets and article 001).
 * `slim`: truncated normal of stddev 0.09 (V1, V2 and V3 in tensorflow/models slim), dense ones included.
 */
export const initialisers = ['he', 'torchvision', 'slim'] as const;
export type Initialiser = (typeof initialisers)[number];

/** Standard deviation of the logits' weights (torchvision's MobileNets): the first guess is even. */
const LOGITS_STD = 0.01;
const SLIM_STDDEV = 0.09;

/** Fan out of a convolution's filters: a depthwise filter feeds its multiplier's channels (PyTorch counts out / 1 groups). */
function fanOut(op: Op, shape: readonly number[]): number {
  const [height = 1, width = 1, , out = 1] = shape;
  return op.kind === 'dense' ? op.out[2] : height * width * out;
}

/** He et al. 2015: eq. 14 (fan out) for convolutions, eq. 10 (fan in) for dense layers, small for the logits. */
function heDeviation(op: Op, shape: readonly number[]): number {
  if (op.kind !== 'dense') return Math.sqrt(2 / fanOut(op, shape));
  if (op.nl === 'linear') return LOGITS_STD;
  const gain = op.nl === 'hardSigmoid' || op.nl === 'sigmoid' ? 1 : 2;
  return Math.sqrt(gain / op.in[2]);
}

/** torchvision: SE layers are 1x1 convolutions there, head layers linear; a depthwise fan out counts every channel. */
function torchvisionDeviation(op: Op, shape: readonly number[]): number {
  if (op.kind === 'dense' && op.id.startsWith('head.')) return LOGITS_STD;
  const channels = op.kind === 'depthwise' ? op.out[2] : 1;
  return Math.sqrt(2 / (op.kind === 'depthwise' ? op.kernel * op.kernel * channels : fanOut(op, shape)));
}

/** A normal draw that is drawn again beyond two deviations, as TensorFlow's truncated normal. */
function truncatedNormal(rng: Rng): number {
  for (;;) {
    const value = rng.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** The next weight of an op. */
function drawOf(op: Op, shape: readonly number[], rule: Initialiser): (rng: Rng) => number {
  if (rule === 'slim') return (rng) => SLIM_STDDEV * truncatedNormal(rng);
  if (rule !== 'he' && rule !== 'torchvision') return unreachable(rule);
  const deviation = rule === 'he' ? heDeviation(op, shape) : torchvisionDeviation(op, shape);
  return (rng) => deviation * rng.normal();
}

function fill(op: Op, spec: TensorSpec, from: { seed: number; rule: Initialiser }): Tensor {
  const { name, shape, role } = spec;
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
  if (role === 'gamma' || role === 'variance') data.fill(1);
  if (role === 'weight') {
    const rng = rngOf(from.seed).fork(name);
    const draw = drawOf(op, shape, from.rule);
    for (let i = 0; i < data.length; i++) data[i] = draw(rng);
  }
  return { shape, data };
}

/** Draws every tensor from its own stream of the seed: weights by the rule, identity norms, zero biases. */
export function initTensors(ops: readonly Op[], seed: number, rule: Initialiser = 'he'): Tensors {
  const from = { seed, rule };
  const pairs = ops.flatMap((op) => tensorsOf(op).map((spec) => [spec.name, fill(op, spec, from)] as const));
  return Object.fromEntries(pairs);
}
