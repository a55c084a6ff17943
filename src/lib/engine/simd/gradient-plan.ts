/** @file SIMD engine: decides before training which block holds the gradient of which op's output, reusing blocks along the way back. */
import type { Op } from '$lib/ops/op';

/** Where an op writes the gradient of one input, which may be its own block; `add` when a later reader has written before. */
export interface Target {
  readonly slot: number;
  readonly add: boolean;
  /** No earlier op will add to it. */
  readonly final: boolean;
}

/** For each op the block of its output's gradient and its inputs' targets (null: the picture); sizes in floats for one picture. */
export interface GradientPlan {
  readonly own: ReadonlyMap<string, number>;
  readonly into: ReadonlyMap<string, readonly (Target | null)[]>;
  readonly sizes: readonly number[];
}

const sizeOf = (op: Op): number => op.out[0] * op.out[1] * op.out[2];

/** Blocks that are taken and returned; takes the smallest that fits, else grows the largest free one. */
function openSlots(): { sizes: number[]; take(size: number): number; giveBack(slot: number): void } {
  const sizes: number[] = [];
  const free: number[] = [];
  return {
    sizes,
    take(size) {
      free.sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0));
      const fitting = free.findIndex((slot) => (sizes[slot] ?? 0) >= size);
      const [slot] = free.splice(fitting < 0 ? free.length - 1 : fitting, 1);
      const taken = slot ?? sizes.length;
      sizes[taken] = Math.max(sizes[taken] ?? 0, size);
      return taken;
    },
    giveBack: (slot) => void free.push(slot)
  };
}

/** Plans the way back over ops in execution order; the last op's gradient is that of the loss. */
export function planGradients(ops: readonly Op[]): GradientPlan {
  const slots = openSlots();
  const byId = new Map(ops.map((op) => [op.id, op]));
  const own = new Map<string, number>();
  const into = new Map<string, readonly (Target | null)[]>();
  const last = ops.at(-1);
  if (!last) throw new Error('network: must have at least one op, got none');
  own.set(last.id, slots.take(sizeOf(last)));
  const firstReader = new Map<string, Op>();
  for (const op of ops.toReversed()) for (const id of op.inputs) firstReader.set(id, op);
  for (const op of ops.toReversed()) {
    const mine = own.get(op.id);
    if (mine === undefined) throw new Error(`op ${op.id}: output must be read by a later op, it is not`);
    const targets = op.inputs.map((id, index): Target | null => {
      const input = byId.get(id);
      if (!input) return null;
      const final = firstReader.get(id) === op && op.inputs.lastIndexOf(id) === index;
      const written = own.get(id);
      if (written !== undefined) return { slot: written, add: true, final };
      const inPlace = index === 0 && (op.kind === 'add' || op.kind === 'multiply');
      const slot = inPlace ? mine : slots.take(sizeOf(input));
      own.set(id, slot);
      return { slot, add: false, final };
    });
    into.set(op.id, targets);
    const handedOn = targets.some((target) => target?.slot === mine);
    if (!handedOn) slots.giveBack(mine);
  }
  return { own, into, sizes: slots.sizes };
}
