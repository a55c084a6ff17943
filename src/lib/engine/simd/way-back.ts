/** @file SIMD engine: the way back through a built network: which op hands its gradient where, from last to first. */
import type { Op } from '$lib/ops/op';
import type { Arena } from './arena';
import { planGradients } from './gradient-plan';
import type { Into, Layer } from './layers/layer';

/** One op on the way back: its gradient's pointer and where its inputs' gradients go. */
export interface BackStep {
  readonly layer: Layer;
  readonly dy: number;
  readonly into: readonly (Into | null)[];
}

/** Places the gradient blocks and lists the ops from last to first. */
export function openBackward(
  arena: Arena,
  ops: readonly Op[],
  layers: ReadonlyMap<string, Layer>,
  batch: number
): BackStep[] {
  const plan = planGradients(ops);
  const pointers = plan.sizes.map((size) => arena.alloc(size * batch));
  const pointerOf = (slot: number | undefined): number => pointers[slot ?? -1] ?? 0;
  const steps = new Map<string, BackStep>();
  const arriveAt = (id: string) => (from: number, count: number) => {
    const step = steps.get(id);
    step?.layer.arrive?.(from, count, step.dy, step.into);
  };
  for (const op of ops.toReversed()) {
    const targets = plan.into.get(op.id) ?? [];
    const into = targets.map((target, index): Into | null => {
      const id = op.inputs[index] ?? '';
      if (!target) return null;
      const told = target.final ? { arrive: arriveAt(id), intact: layers.get(id)?.intact ?? false } : {};
      return { pointer: pointerOf(target.slot), add: target.add, ...told };
    });
    steps.set(op.id, { layer: layers.get(op.id) as Layer, dy: pointerOf(plan.own.get(op.id)), into });
  }
  return [...steps.values()];
}
