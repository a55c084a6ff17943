/** @file SIMD engine: the block that says which values a step drops, for the op that drops some. */
import type { Architecture } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';
import { dropoutMask, dropoutOf } from '$lib/task/dropout';
import type { Arena } from './arena';
import { sizeOf } from './layers/layer';

/** The block that says which values are dropped in a step, for the op that drops some. */
export interface Mask {
  readonly id: string;
  readonly pointer: number;
  /** Draws the values dropped in a step on `count` pictures. */
  fill(count: number, draw: number | undefined): void;
}

/** Places the block for up to `maxBatch` pictures; null where the table drops nothing. */
export function placeMask(
  arena: Arena,
  { arch, ops }: { readonly arch: Architecture; readonly ops: readonly Op[] },
  maxBatch: number
): Mask | null {
  const dropout = dropoutOf(arch);
  const op = ops.find(({ id }) => id === dropout?.id);
  if (!dropout || !op) return null;
  const size = sizeOf(op.in);
  const pointer = arena.alloc(maxBatch * size);
  return {
    id: op.id,
    pointer,
    fill: (count, draw) => arena.floats(pointer, count * size).set(dropoutMask(count * size, dropout.rate, draw))
  };
}
