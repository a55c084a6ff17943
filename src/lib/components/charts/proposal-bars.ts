/** @file Charts: the geometry of one pruning step: a bar under its block for each proposal, brackets for shared widths. */
import type { NetAdaptStep, Proposal } from '$lib/netadapt/step';

/** A proposal as a bar, in pixels; `loss` is in points of accuracy per ms, null where its training failed. */
export interface ProposalBar {
  readonly proposal: Proposal;
  readonly lane: 'single' | 'shared';
  readonly loss: number | null;
  readonly chosen: boolean;
  readonly x: number;
  /** Top and height above the lane's ground line; a gain stands below it. */
  readonly rise: number;
  readonly from: number;
  readonly to: number;
}

/** Points of accuracy lost per ms saved; below zero where accuracy rose, null where the training failed. */
export function lossOf(proposal: Proposal): number | null {
  return proposal.outcome.status === 'scored' ? 0 - proposal.outcome.ratio * 100 : null;
}

/** Columns of the table a proposal cuts: its rows, the stem at 0, the head after the last row. */
export function columnsCut(proposal: Proposal, rows: number): readonly [first: number, last: number] {
  if (proposal.kind === 'stem') return [0, Math.max(0, ...proposal.rows)];
  if (proposal.rows.length === 0) return [rows + 1, rows + 1];
  return [Math.min(...proposal.rows), Math.max(...proposal.rows)];
}

export interface BarsInput {
  readonly proposals: readonly Proposal[];
  readonly chosen: string | null;
  readonly rows: number;
  /** Left edge of the first column and the width of one. */
  readonly gutter: number;
  readonly columnWidth: number;
  /** Pixels of the tallest bar. */
  readonly tall: number;
}

/** Places a bar for every proposal; both lanes share one scale. */
export function proposalBars(input: BarsInput): ProposalBar[] {
  const { proposals, rows, gutter, columnWidth, tall } = input;
  const losses = proposals.map(lossOf);
  const most = Math.max(1e-9, ...losses.map((loss) => Math.abs(loss ?? 0)));
  return proposals.map((proposal, i) => {
    const [first, last] = columnsCut(proposal, rows);
    const loss = losses[i] ?? null;
    const from = gutter + columnWidth * first;
    const to = gutter + columnWidth * (last + 1);
    return {
      proposal,
      lane: proposal.kind === 'expansion' || proposal.kind === 'pointwise' ? 'single' : 'shared',
      loss,
      chosen: proposal.groupId === input.chosen,
      x: (from + to) / 2,
      rise: ((loss ?? 0) / most) * tall,
      from,
      to
    };
  });
}

/** Proposals from the least loss per ms to the most, failed ones last: the order they are worth in. */
export function byWorth(proposals: readonly Proposal[]): readonly Proposal[] {
  return [...proposals].sort((a, b) => (lossOf(a) ?? Infinity) - (lossOf(b) ?? Infinity) || a.latencyMs - b.latencyMs);
}

/** The proposal a step took. */
export function chosenOf(step: NetAdaptStep): Proposal | null {
  return step.proposals.find((proposal) => proposal.groupId === step.chosen) ?? null;
}
