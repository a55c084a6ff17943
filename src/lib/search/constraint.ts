/** @file Step 6, search: the hard budget, checked before anything is trained. */
import { totalCost, type Cost } from '$lib/cost/cost';
import { predictLatency } from '$lib/latency/predict';
import type { LatencyTable } from '$lib/latency/table';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { candidateOf } from './candidate';
import { decode, type Choices, type SearchSpace } from './space';

/** A bound on predicted milliseconds per image (in the table's deployment setting) or on MAdds. */
export type Budget =
  { readonly kind: 'latency'; readonly budgetMs: number } | { readonly kind: 'madds'; readonly budgetMadds: number };

/** What a candidate costs, and its share of the budget; `reason` says why it may not be trained, null when it may. */
export interface Verdict {
  readonly cost: Cost;
  /** Predicted; null without a table or where the table lacks a key. */
  readonly latencyMs: number | null;
  /** Cost over budget: at most 1 is within; Infinity where the latency cannot be predicted. */
  readonly ratio: number;
  readonly reason: string | null;
}

/** Answers for the candidates of one space under one budget. */
export type Judge = (choices: Choices) => Verdict;

const million = (madds: number): string => (madds / 1e6).toFixed(2);

/** Opens the judge of a space; verdicts are remembered. A latency budget needs a table, else it throws. */
export function judgeOf(space: SearchSpace, budget: Budget, table: LatencyTable | null): Judge {
  if (budget.kind === 'latency' && table === null)
    throw new Error('latency budget: needs a latency table to predict from, got none');
  const known = new Map<string, Verdict>();
  return (choices) => {
    const candidate = candidateOf(space, choices);
    const before = known.get(candidate);
    if (before) return before;
    const ops = lower(decode(space, choices));
    const cost = totalCost(ops);
    const prediction = table ? predictLatency(ops, table) : null;
    const latencyMs = prediction?.kind === 'predicted' ? prediction.latencyMs : null;
    let ratio: number;
    let reason: string | null = null;
    if (budget.kind === 'madds') {
      ratio = cost.madds / budget.budgetMadds;
      if (ratio > 1) reason = m.search_over_madds({ madds: million(cost.madds), budget: million(budget.budgetMadds) });
    } else if (latencyMs === null) {
      ratio = Infinity;
      const keys = prediction?.kind === 'missing' ? prediction.keys : [];
      reason = m.search_table_lacks({ count: keys.length, key: keys[0] ?? '' });
    } else {
      ratio = latencyMs / budget.budgetMs;
      if (ratio > 1)
        reason = m.search_over_ms({ ms: latencyMs.toPrecision(4), budget: budget.budgetMs.toPrecision(4) });
    }
    const verdict: Verdict = { cost, latencyMs, ratio, reason };
    known.set(candidate, verdict);
    return verdict;
  };
}
