/** @file Step 6, search: what the members of a space need measured: every fused op, and networks to calibrate on. */
import type { Rng } from '$lib/base/rng';
import { opKey } from '$lib/latency/key';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { decode, encode, largest, randomChoices, smallest, type Choices, type SearchSpace } from './space';

/** Every combination of the genes at `open`, the others at their cheapest. */
function* combinations(space: SearchSpace, open: readonly number[]): Generator<Choices> {
  const choices = space.genes.map(() => 0);
  const total = open.reduce((count, g) => count * (space.genes[g]?.options.length ?? 1), 1);
  for (let n = 0; n < total; n++) {
    let rest = n;
    for (const g of open) {
      const size = space.genes[g]?.options.length ?? 1;
      choices[g] = rest % size;
      rest = Math.floor(rest / size);
    }
    yield choices;
  }
}

/**
 * Every fused op any member can need, by key, one representative each. An op depends only on its row's genes and on the
 * out of the row before (strides are fixed), so all combinations of those, row by row, cover the space exactly.
 */
export function keysOf(space: SearchSpace): ReadonlyMap<string, Op> {
  const found = new Map<string, Op>();
  const collect = (choices: Choices): void => {
    for (const op of lower(decode(space, choices))) {
      const key = opKey(op);
      if (!found.has(key)) found.set(key, op);
    }
  };
  collect(smallest(space));
  for (let row = 0; row < space.base.rows.length; row++) {
    const open: number[] = [];
    space.genes.forEach((gene, g) => {
      if (gene.rows.includes(row) || (gene.kind === 'out' && gene.rows.includes(row - 1))) open.push(g);
    });
    for (const choices of combinations(space, open)) collect(choices);
  }
  return found;
}

/** Whole networks to measure for calibrating a table: smallest, base, largest, then random members. */
export function calibrationMembers(space: SearchSpace, rng: Rng, count: number): readonly Choices[] {
  const members: Choices[] = [smallest(space), encode(space, space.base) ?? largest(space), largest(space)];
  while (members.length < count) members.push(randomChoices(space, rng));
  return members.slice(0, count);
}
