/** @file Step 7, prune: the few widths to measure so that every cut a run may propose lies between measured neighbours. */
import type { Architecture } from '$lib/arch/architecture';
import { squeezeWidth } from '$lib/arch/divisible';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { unservedIssue } from '$lib/search/served';
import { groupsOf, sameWiring, tieIndexOf, withGroupWidth, type Group } from './groups';
import { defaultWidthRules, type WidthRules } from './propose';
import { tiesOf } from './ties';

/** Smallest legal width, thirds, and the width itself: four points follow the staircase of a kernel well enough. */
const shares = [0, 1 / 3, 2 / 3, 1];

/** The widths measured for a group of this width, rising. */
export function widthLevels(width: number, divisor: number): readonly number[] {
  const levels = shares.map((share) => Math.max(divisor, Math.round((width * share) / divisor) * divisor));
  return [...new Set([...levels.filter((level) => level < width), width])].sort((a, b) => a - b);
}

const withChannels = (op: Op, from: number, to: number): Op => ({
  ...op,
  ...(op.kind === 'multiply' && { gate: [op.gate[0], op.gate[1], from] as const }),
  in: [op.in[0], op.in[1], from],
  out: [op.out[0], op.out[1], to]
});

/** Every op of the network at every combination of its groups' levels; SE squeezes follow the width they gate. */
export function gridOps(arch: Architecture, rules: WidthRules = defaultWidthRules): readonly Op[] {
  const ops = lower(arch);
  if (unservedIssue(arch)) return ops;
  const ties = tiesOf(ops);
  const levels = new Map<number, readonly number[]>();
  for (const group of groupsOf(arch, rules)) {
    levels.set(tieIndexOf(ties, group.id), widthLevels(group.width, rules.divisor));
  }
  const levelsOf = (tie: number | undefined, width: number): readonly number[] => levels.get(tie ?? -1) ?? [width];
  return ops.flatMap((op): Op[] => {
    const froms = levelsOf(ties.reads.get(op.id), op.in[2]);
    const tos = levelsOf(ties.writes.get(op.id), op.out[2]);
    if (op.id.endsWith('.squeeze')) {
      return froms.map((from) => withChannels(op, from, squeezed(op.out[2], from, rules)));
    }
    if (op.id.endsWith('.excite')) {
      return tos.map((to) => withChannels(op, squeezed(op.in[2], to, rules), to));
    }
    // What passes channels through reads and writes the same tie.
    if (op.kind !== 'conv' && op.kind !== 'dense') return tos.map((to) => withChannels(op, to, to));
    return froms.flatMap((from) => tos.map((to) => withChannels(op, from, to)));
  });
}

const squeezed = (squeeze: number, expSize: number, rules: WidthRules): number =>
  rules.squeeze === 'follow' ? Math.min(squeeze, squeezeWidth(expSize)) : squeeze;

/**
 * The network with each group at one of its measured levels (0 the smallest, 3 its own width), so that the table covers
 * it exactly; a level that would change the wiring leaves the group as it is.
 */
export function atLevels(
  arch: Architecture,
  level: (group: Group) => number,
  rules: WidthRules = defaultWidthRules
): Architecture {
  const wiring = lower(arch);
  let at = arch;
  for (const group of groupsOf(arch, rules)) {
    const levels = widthLevels(group.width, rules.divisor);
    const width = levels[Math.min(level(group), levels.length - 1)] ?? group.width;
    const next = withGroupWidth(at, group.id, width, rules.squeeze);
    if (sameWiring(wiring, lower(next))) at = next;
  }
  return at;
}
