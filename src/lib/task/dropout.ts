/** @file Tasks: which values a network drops while it trains, drawn from a seed so that every engine drops the same. */
import type { Architecture } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';

/** The op whose input is thinned, and the share of it that is dropped. */
export interface Dropout {
  readonly id: string;
  readonly rate: number;
}

/** Where the table drops values: before the logits of a classifier, if it says so. */
export function dropoutOf({ head }: Architecture): Dropout | null {
  return head.kind === 'classifier' && head.dropout > 0 ? { id: 'head.logits', rate: head.dropout } : null;
}

/**
 * What each of `size` values is multiplied by: 0 for the dropped, 1 / (1 - rate) for the others, so that the mean stays
 * (Srivastava et al. 2014); all ones without a seed.
 */
export function dropoutMask(size: number, rate: number, draw: number | undefined): Float32Array {
  const mask = new Float32Array(size).fill(1);
  if (draw === undefined) return mask;
  const rng = rngOf(draw);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < size; i++) mask[i] = rng.next() < rate ? 0 : kept;
  return mask;
}
