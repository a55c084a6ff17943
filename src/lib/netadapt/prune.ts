/** @file Step 7, prune: cuts one group out of a table and its tensors, so that the smaller network inherits its weights. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { sliceAxis } from '$lib/weights/slice';
import { sameWiring, tieIndexOf, withGroupWidth, type SqueezeRule } from './groups';
import { channelNorms, keepLargest } from './select';
import { tiesOf } from './ties';

/** A network's table and numbers. */
export interface Trained {
  readonly arch: Architecture;
  readonly tensors: Tensors;
}

/** One cut: the group's new width and, where given, the channels that stay (ascending); else the largest norms do. */
export interface Cut {
  readonly groupId: string;
  readonly to: number;
  readonly squeeze: SqueezeRule;
  readonly kept?: readonly number[];
}

/** The smaller network, and which of the group's former channels it kept. */
export interface Pruned extends Trained {
  readonly kept: readonly number[];
}

/**
 * Applies a cut: weights lose the removed output channels (with their norms), every reader loses the matching input
 * channels; SE squeezes that follow keep their own largest filters. Throws when the cut would rewire the network.
 */
export function prune({ arch, tensors }: Trained, cut: Cut): Pruned {
  const { groupId, to, squeeze } = cut;
  const ops = lower(arch);
  const next = withGroupWidth(arch, groupId, to, squeeze);
  const nextOps = lower(next);
  if (!sameWiring(ops, nextOps)) throw new Error(`group ${groupId}: width ${to} must not rewire the network`);

  const ties = tiesOf(ops);
  const group = tieIndexOf(ties, groupId);
  const keep = new Map<number, readonly number[]>();
  const tie = ties.list[group];
  if (tie) keep.set(group, cut.kept ?? keepLargest(channelNorms(tie, tensors), to));
  const kept = keep.get(group) ?? [];
  if (kept.length !== to) throw new Error(`group ${groupId}: must keep ${to} channels, got ${kept.length}`);
  ops.forEach((op, i) => {
    const width = nextOps[i]?.out[2] ?? op.out[2];
    const written = ties.writes.get(op.id) ?? 0;
    const squeezed = ties.list[written];
    if (width !== op.out[2] && squeezed && !keep.has(written))
      keep.set(written, keepLargest(channelNorms(squeezed, tensors), width));
  });

  const sliced: [string, Tensor][] = [];
  for (const op of ops) {
    const reads = keep.get(ties.reads.get(op.id) ?? 0);
    const writes = keep.get(ties.writes.get(op.id) ?? 0);
    for (const { name, role, shape } of tensorsOf(op)) {
      let tensor = tensors[name];
      if (!tensor) throw new Error(`tensor ${name}: must be present, got none`);
      const last = shape.length - 1;
      if (role !== 'weight') tensor = writes ? sliceAxis(tensor, 0, writes) : tensor;
      else if (op.kind === 'depthwise') tensor = writes ? sliceAxis(tensor, 2, writes) : tensor;
      else {
        if (reads) tensor = sliceAxis(tensor, last - 1, reads);
        if (writes) tensor = sliceAxis(tensor, last, writes);
      }
      sliced.push([name, tensor]);
    }
  }
  return { arch: next, tensors: Object.fromEntries(sliced), kept };
}
