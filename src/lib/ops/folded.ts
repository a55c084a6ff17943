/** @file Step 2, shapes: the ops of a network whose norms are folded into weights and biases. */
import type { Op } from './op';

/** The same ops, those with a norm having a bias instead. */
export function withoutNorms(ops: readonly Op[]): readonly Op[] {
  return ops.map((op) => ('norm' in op && op.norm ? { ...op, norm: null, bias: true } : op));
}
