/** @file Step 4, network: every tensor of a table under each convention's name and shape. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorRole, type TensorSpec } from '$lib/ops/tensors';
import { isKerasHead, kerasPlaces } from './keras';
import { foreignShape, type AxisOrder } from './layout';
import type { Place, Places } from './place';
import { isTimmHead, timmPlaces } from './timm';
import { isTorchvisionHead, torchvisionPlaces } from './torchvision';

/** Whose names: this project's, torchvision's, timm's, and those of keras.applications in Keras 3 and Keras 2. */
export const conventions = ['bneck', 'torchvision', 'timm', 'keras', 'keras2'] as const;
export type Convention = (typeof conventions)[number];

/** One tensor of a table and what the convention calls it. */
export interface NamedTensor {
  readonly op: Op;
  readonly spec: TensorSpec;
  readonly place: Place;
  readonly name: string;
  readonly shape: readonly number[];
}

/** What PyTorch calls the tensors of a convolution or dense layer and of its norm. */
export const torchRoles: Readonly<Record<TensorRole, string>> = {
  weight: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var'
};

const kerasRoles: Readonly<Record<TensorRole, string>> = {
  weight: 'kernel',
  bias: 'bias',
  gamma: 'gamma',
  beta: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance'
};

const normRoles: ReadonlySet<TensorRole> = new Set(['gamma', 'beta', 'mean', 'variance']);

/** Squeeze-and-excite after the projection is nobody's but an article's. */
const gatesEarly = ({ rows }: Architecture): boolean =>
  rows.every((row) => row.kind !== 'bneck' || row.se?.place !== 'afterProject');

/** PyTorch's axes or Keras' (which are ours). */
export function orderOf(convention: Convention): AxisOrder {
  return convention === 'torchvision' || convention === 'timm' ? 'torch' : 'keras';
}

function nameOf(convention: Convention, { op, spec, place }: Pick<NamedTensor, 'op' | 'spec' | 'place'>): string {
  const { role } = spec;
  const module = role === 'weight' || role === 'bias' ? place.layer : place.norm;
  if (orderOf(convention) === 'torch') return `${module}.${torchRoles[role]}`;
  const depthwise = convention === 'keras2' && op.kind === 'depthwise' && role === 'weight';
  return `${module}/${depthwise ? 'depthwise_kernel' : kerasRoles[role]}`;
}

function placesOf(arch: Architecture, ops: readonly Op[], convention: Convention): Places | null {
  if (convention === 'torchvision') return torchvisionPlaces(arch, ops);
  if (convention === 'timm') return timmPlaces(arch, ops);
  return kerasPlaces(arch, convention === 'keras' ? 3 : 2);
}

/** Every tensor of the table under the convention, in execution order; null where the convention has no such network. */
export function namedTensors(arch: Architecture, convention: Convention): readonly NamedTensor[] | null {
  const ops = lower(arch);
  const own = ops.flatMap((op) => tensorsOf(op).map((spec) => ({ op, spec })));
  if (convention === 'bneck') {
    const place: Place = { layer: '', norm: '' };
    return own.map((one) => ({ ...one, place, name: one.spec.name, shape: one.spec.shape }));
  }
  const places = gatesEarly(arch) ? placesOf(arch, ops, convention) : null;
  if (!places) return null;
  const named: NamedTensor[] = [];
  for (const one of own) {
    const place = places(one.op);
    // A norm where the convention has none (article 002's squeeze-and-excite) has no name either.
    if (!place || (normRoles.has(one.spec.role) && place.norm === '')) return null;
    const shape = foreignShape(one.op, one.spec, { order: orderOf(convention), place });
    named.push({ ...one, place, name: nameOf(convention, { ...one, place }), shape });
  }
  return named;
}

/** Whether a name belongs to what follows the rows: what a backbone leaves aside. */
export function isHeadName(name: string, arch: Architecture, convention: Convention): boolean {
  if (convention === 'bneck') return name.startsWith('head.');
  if (convention === 'torchvision') return isTorchvisionHead(name, arch);
  return convention === 'timm' ? isTimmHead(name, arch) : isKerasHead(name);
}
