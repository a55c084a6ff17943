/** @file Step 7, prune: how much each group must shrink for the predicted latency to fall by what a step asks. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import { groupsOf, sameWiring, withGroupWidth, type Group, type SqueezeRule } from './groups';

/** Predicted ms of a table, at once or after measuring what was missing; null when it cannot be told. */
export type LatencyOf = (arch: Architecture) => number | null | Promise<number | null>;

/** Which widths may be proposed. */
export interface WidthRules {
  /** Widths are multiples of this, and never below it. */
  readonly divisor: number;
  readonly squeeze: SqueezeRule;
  /** Also shrink the head's layers. */
  readonly head: boolean;
}

/** Multiples of 8 with SE following: what MobileNetV3's own widths obey. */
export const defaultWidthRules: WidthRules = { divisor: 8, squeeze: 'follow', head: false };

/** A cut that meets the step's demand, not yet tried on data. */
export interface Candidate {
  readonly group: Group;
  readonly to: number;
  readonly arch: Architecture;
  readonly latencyMs: number;
}

/** A legal smaller width of a group and the table that has it. */
interface Narrower {
  readonly to: number;
  readonly arch: Architecture;
}

/** Legal widths of a group below its present one, largest first: multiples of the divisor that keep the wiring. */
export function* legalWidths(arch: Architecture, group: Group, rules: WidthRules): Generator<Narrower> {
  const ops = lower(arch);
  const largest = Math.floor((group.width - 1) / rules.divisor) * rules.divisor;
  for (let to = largest; to >= rules.divisor; to -= rules.divisor) {
    const next = withGroupWidth(arch, group.id, to, rules.squeeze);
    if (sameWiring(ops, lower(next))) yield { to, arch: next };
  }
}

/**
 * The largest of the widths (largest first) whose latency is at most `atMostMs`, by bisection since latency falls with
 * width, so that few ops need measuring; one by one where the latency of some width cannot be told. Null when none is.
 */
async function largestMeeting(
  group: Group,
  widths: readonly Narrower[],
  atMostMs: number,
  latencyOf: LatencyOf
): Promise<Candidate | null> {
  const told = new Map<number, number | null>();
  const probe = async (at: number): Promise<Candidate | null> => {
    const width = widths[at];
    if (!width) return null;
    const latencyMs = told.get(at) ?? (await latencyOf(width.arch));
    told.set(at, latencyMs);
    return latencyMs !== null && latencyMs <= atMostMs ? { group, ...width, latencyMs } : null;
  };
  let met = await probe(widths.length - 1);
  let low = 0;
  let high = widths.length - 1;
  while (met && low < high) {
    const middle = (low + high) >> 1;
    const candidate = await probe(middle);
    if (candidate) [met, high] = [candidate, middle];
    else low = middle + 1;
  }
  if ([...told.values()].every((latencyMs) => latencyMs !== null)) return met;
  for (let at = 0; at < widths.length; at++) {
    const candidate = await probe(at);
    if (candidate) return candidate;
  }
  return null;
}

/** For each group the largest legal width whose predicted latency is at most `atMostMs`; groups that cannot are left out. */
export async function propose(
  arch: Architecture,
  atMostMs: number,
  latencyOf: LatencyOf,
  rules: WidthRules
): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for (const group of groupsOf(arch, rules)) {
    const candidate = await largestMeeting(group, [...legalWidths(arch, group, rules)], atMostMs, latencyOf);
    if (candidate) candidates.push(candidate);
  }
  return candidates;
}

/** The table with every group at its smallest legal width: no budget below its latency can be met. */
export function floorArchitecture(arch: Architecture, rules: WidthRules = defaultWidthRules): Architecture {
  // Bottlenecks first: an expansion must stay unlike the width it reads, so it settles on the smallest other multiple.
  const order = (group: Group): number => (group.kind === 'expansion' ? 1 : 0);
  const groups = [...groupsOf(arch, rules)].sort((a, b) => order(a) - order(b));
  let floor = arch;
  for (const { id } of groups) {
    const group = groupsOf(floor, rules).find((other) => other.id === id);
    if (group) for (const narrower of [...legalWidths(floor, group, rules)]) floor = narrower.arch;
  }
  return floor;
}
