/** @file Tests of the proposal bars' geometry. */
import { expect, test } from 'vitest';
import type { Proposal } from '$lib/netadapt/step';
import { byWorth, columnsCut, lossOf, proposalBars } from './proposal-bars';

const proposal = (
  groupId: string,
  rows: readonly number[],
  kind: Proposal['kind'],
  ratio: number | null
): Proposal => ({
  groupId,
  kind,
  rows,
  label: groupId,
  from: 64,
  to: 48,
  latencyMs: 1,
  outcome: ratio === null ? { status: 'failed', reason: 'broke' } : { status: 'scored', accuracy: 0.8, ratio }
});
const one = proposal('a', [3], 'expansion', -0.5);
const tied = proposal('b', [4, 6], 'bottleneck', -0.25);
const broken = proposal('c', [5], 'expansion', null);
const gain = proposal('d', [1], 'expansion', 0.1);
const input = { proposals: [one, tied, broken, gain], chosen: 'b', rows: 11, gutter: 100, columnWidth: 50, tall: 100 };

test('proposalBars(input) centres a bar over all columns it cuts', () => {
  const [single, shared] = proposalBars(input);
  expect(single).toMatchObject({ lane: 'single', x: 275, chosen: false });
  expect(shared).toMatchObject({ lane: 'shared', from: 300, to: 450, x: 375, chosen: true });
});

test('proposalBars(input) gives the greatest loss the full height and a gain a bar below the line', () => {
  expect(proposalBars(input).map((bar) => Math.round(bar.rise))).toEqual([100, 50, 0, -20]);
});

test('byWorth(proposals) ranks least loss per ms first and failed ones last', () => {
  expect(byWorth(input.proposals).map((p) => p.groupId)).toEqual(['d', 'b', 'a', 'c']);
});

test('lossOf(proposal) is in points per ms and null where the training failed', () => {
  expect([lossOf(one), lossOf(broken)]).toEqual([50, null]);
});

test.each([
  [proposal('stem', [1], 'stem', 0), [0, 1]],
  [proposal('head', [], 'head', 0), [12, 12]],
  [tied, [4, 6]]
] as const)('columnsCut(%#) spans the columns of its width', (given, expected) => {
  expect(columnsCut(given, 11)).toEqual(expected);
});
