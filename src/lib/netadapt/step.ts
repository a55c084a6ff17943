/** @file Step 7, prune: one step of NetAdapt as data, everything a page or a log needs to tell why. */
import type { Architecture } from '$lib/arch/architecture';
import type { GroupKind } from './groups';

/** MobileNetV3 §4.2: steepest accuracy per latency; NetAdapt (ECCV 2018): highest accuracy. */
export type ChoiceRule = 'v3' | 'eccv';

/** One candidate of a step: what it cuts, the latency predicted for it and how it did after its short fine-tune. */
export interface Proposal {
  readonly groupId: string;
  readonly kind: GroupKind;
  /** 1-based rows whose widths it ties. */
  readonly rows: readonly number[];
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** Predicted, of the whole network after the cut. */
  readonly latencyMs: number;
  readonly outcome:
    | {
        readonly status: 'scored';
        /** Validation accuracy in 0..1 after the short fine-tune. */
        readonly accuracy: number;
        /** Accuracy gained (mostly lost) per ms saved: what rule v3 maximises. */
        readonly ratio: number;
      }
    | { readonly status: 'failed'; readonly reason: string };
}

/** A finished step; `chosen` is the group id of the proposal taken. */
export interface NetAdaptStep {
  /** From 1. */
  readonly index: number;
  /** Predicted latency and accuracy before the step, and the latency its proposals had to reach. */
  readonly fromMs: number;
  readonly fromAccuracy: number;
  readonly targetMs: number;
  readonly proposals: readonly Proposal[];
  readonly chosen: string;
  readonly latencyMs: number;
  readonly accuracy: number;
  readonly arch: Architecture;
  /** Indices of the chosen group's channels that stayed, among those it had before. */
  readonly kept: readonly number[];
}

/** Accuracy change per ms saved; both networks' latencies are predicted. */
export function ratioOf(fromAccuracy: number, fromMs: number, accuracy: number, latencyMs: number): number {
  return (accuracy - fromAccuracy) / (fromMs - latencyMs);
}

/**
 * The proposal a rule takes: v3 the highest ratio, eccv the highest accuracy; of equals the lower latency, then the
 * earlier one. Null when none was scored.
 */
export function choose(proposals: readonly Proposal[], rule: ChoiceRule): Proposal | null {
  const worth = ({ outcome }: Proposal): number => {
    if (outcome.status === 'failed') return -Infinity;
    return rule === 'v3' ? outcome.ratio : outcome.accuracy;
  };
  let best: Proposal | null = null;
  for (const proposal of proposals) {
    if (proposal.outcome.status === 'failed') continue;
    const gain = best === null ? Infinity : worth(proposal) - worth(best);
    if (best === null || gain > 0 || (gain === 0 && proposal.latencyMs < best.latencyMs)) best = proposal;
  }
  return best;
}
