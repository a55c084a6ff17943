/** @file Step 7, prune: which channels are one and the same width, tied by depthwise convs, SE gates and residual adds. */
import type { Op } from '$lib/ops/op';

/** One width of the network: everything that must lose the same channels together. */
export interface Tie {
  /** Ops that make these channels (conv, dense) or pass each through (depthwise, pool, multiply, add). */
  readonly ops: readonly Op[];
  readonly width: number;
}

/** The tie each op reads (its first input) and writes, by op id; index 0 is the input picture. */
export interface Ties {
  readonly list: readonly Tie[];
  readonly reads: ReadonlyMap<string, number>;
  readonly writes: ReadonlyMap<string, number>;
}

/** A layer of squeeze-and-excite, dense or convolution: its width is its own cell, or follows the map it gates. */
export function isGate(op: Op): boolean {
  return op.id.endsWith('.squeeze') || op.id.endsWith('.excite');
}

/** Finds the ties of a lowered network: convs and dense layers open one, every other op carries or joins those it reads. */
export function tiesOf(ops: readonly Op[]): Ties {
  const parents = [0];
  const find = (tie: number): number => {
    let at = tie;
    while (parents[at] !== at) at = parents[at] ?? 0;
    return at;
  };
  const made = new Map<string, number>([['', 0]]);
  for (const op of ops) {
    const sources = op.inputs.map((id) => made.get(id) ?? 0);
    if (op.kind === 'conv' || op.kind === 'dense') {
      parents.push(parents.length);
      made.set(op.id, parents.length - 1);
    } else {
      const roots = sources.map(find);
      const root = Math.min(...roots);
      for (const other of roots) parents[other] = root;
      made.set(op.id, root);
    }
  }
  const indexOf = new Map<number, number>([[0, 0]]);
  const members: Op[][] = [[]];
  const widths = [ops[0]?.in[2] ?? 0];
  const reads = new Map<string, number>();
  const writes = new Map<string, number>();
  const indexed = (id: string): number => {
    const root = find(made.get(id) ?? 0);
    const index = indexOf.get(root) ?? indexOf.size;
    indexOf.set(root, index);
    return index;
  };
  for (const op of ops) {
    const out = indexed(op.id);
    reads.set(op.id, indexed(op.inputs[0] ?? ''));
    writes.set(op.id, out);
    (members[out] ??= []).push(op);
    widths[out] = op.out[2];
  }
  return { list: members.map((tied, i) => ({ ops: tied, width: widths[i] ?? 0 })), reads, writes };
}
