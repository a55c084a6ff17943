/** @file Step 4, network: our tensors under anyone's names. */
import type { Architecture } from '$lib/arch/architecture';
import type { Tensor, Tensors } from '../checkpoint';
import { namedTensors, orderOf, type Convention } from './convention';
import { toForeign } from './layout';

/**
 * The table's tensors under the convention's names and layouts, in execution order; null where the convention has no
 * such network. Throws when a tensor of the table is not there.
 */
export function writeNamed(tensors: Tensors, arch: Architecture, convention: Convention): Tensors | null {
  const named = namedTensors(arch, convention);
  if (!named) return null;
  const pairs = named.map(({ op, spec, place, name }): [string, Tensor] => {
    const tensor = tensors[spec.name];
    if (!tensor) throw new Error(`tensor ${spec.name}: must be there to be written as ${name}`);
    return [name, toForeign(op, spec, tensor, { order: orderOf(convention), place })];
  });
  return Object.fromEntries(pairs);
}
