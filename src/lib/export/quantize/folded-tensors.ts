/** @file Step 8, export: a network's tensors with its norms folded in, and back with norms that change nothing. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import { withoutNorms } from '$lib/ops/folded';
import { tensorsOf } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { foldNorm, tensorOf } from '../fold';

/** The tensors of the table's ops without norms, as every exporter folds them; throws where a tensor is missing. */
export function foldedTensors(arch: Architecture, tensors: Tensors): Tensors {
  const folded = lower(arch).flatMap((op): [string, Tensor][] => {
    if ((op.kind !== 'conv' && op.kind !== 'depthwise') || !op.norm) {
      return tensorsOf(op).map(({ name, role }) => [name, tensorOf(tensors, op.id, role)]);
    }
    const { weight, bias } = foldNorm(op, tensors);
    const shift = bias ?? new Float32Array(op.out[2]);
    return [
      [`${op.id}.weight`, weight],
      [`${op.id}.bias`, { shape: [shift.length], data: shift }]
    ];
  });
  return Object.fromEntries(folded);
}

/**
 * The tensors of the table whose norms fold to the given weights and biases, number by number: gamma 1, beta the bias, mean
 * 0, variance 1 - epsilon. The variance's own rounding moves the factor by less than 2^-25, which no float32 product shows.
 */
export function unfoldedTensors(arch: Architecture, folded: Tensors): Tensors {
  const ops = lower(arch);
  const plain = new Map(withoutNorms(ops).map((op) => [op.id, op]));
  const all = ops.flatMap((op): [string, Tensor][] => {
    const norm = 'norm' in op ? op.norm : null;
    if (!norm) return tensorsOf(plain.get(op.id) ?? op).map(({ name, role }) => [name, tensorOf(folded, op.id, role)]);
    const beta = tensorOf(folded, op.id, 'bias');
    const filled = (value: number): Tensor => ({
      shape: beta.shape,
      data: new Float32Array(beta.data.length).fill(value)
    });
    return [
      [`${op.id}.weight`, tensorOf(folded, op.id, 'weight')],
      [`${op.id}.gamma`, filled(1)],
      [`${op.id}.beta`, beta],
      [`${op.id}.mean`, filled(0)],
      [`${op.id}.variance`, filled(1 - norm.epsilon)]
    ];
  });
  return Object.fromEntries(all);
}
