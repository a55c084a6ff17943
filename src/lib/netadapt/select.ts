/** @file Step 7, prune: which channels of a width stay, by the L2 norm of the filters that make them. */
import type { Tensors } from '$lib/weights/checkpoint';
import { isGate, type Tie } from './ties';

/**
 * L2 norm of each channel's filters: over all convs that make the tied channels together, sqrt(sum of w^2), so that one
 * index list serves them all; SE's excite counts only where no conv makes them (NetAdapt keeps the largest L2 filters).
 */
export function channelNorms(tie: Tie, tensors: Tensors): Float64Array {
  const convs = tie.ops.filter((op) => op.kind === 'conv' && !isGate(op));
  const makers = convs.length > 0 ? convs : tie.ops.filter((op) => op.kind === 'dense' || op.kind === 'conv');
  const sums = new Float64Array(tie.width);
  for (const { id } of makers) {
    const weight = tensors[`${id}.weight`];
    if (!weight) throw new Error(`tensor ${id}.weight: must be present, got none`);
    const { data } = weight;
    for (let i = 0, channel = 0; i < data.length; i++, channel++) {
      if (channel === tie.width) channel = 0;
      const value = data[i] as number;
      sums[channel] = (sums[channel] as number) + value * value;
    }
  }
  return sums.map(Math.sqrt);
}

/** Indices of the n largest scores, ascending; of equal scores the lower index stays. */
export function keepLargest(scores: ArrayLike<number>, n: number): readonly number[] {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return order.slice(0, n).sort((a, b) => a - b);
}
