/** @file Tests of what a search shows. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { Trial, TrialStatus } from '$lib/search/trial';
import type { SearchRequest } from '$workers/search/protocol';
import { beginSearch, bestWithin, closeSearch, countTrials, foldSearch, ranked } from './search-run';

const trial = (id: number, status: TrialStatus, latencyMs: number, validationAccuracy: number | null): Trial => ({
  id,
  candidate: String(id),
  arch: mobileNetV3Small,
  status,
  madds: 1,
  params: 1,
  latencyMs,
  validationAccuracy,
  rungs: []
});
const trials = [
  trial(0, 'scored', 5, 0.8),
  trial(1, 'rejected', 9, null),
  trial(2, 'pruned', 4, 0.6),
  trial(3, 'training', 5, null),
  trial(4, 'scored', 8, 0.95),
  trial(5, 'failed', 5, null)
];
const request: SearchRequest = {
  arch: mobileNetV3Small,
  data: { kind: 'bundled', id: 'fashion-mnist' },
  engine: 'auto',
  runtime: 'tfjs-wasm',
  budget: { kind: 'share', share: 0.8 },
  strategy: 'evolution',
  trials: 6,
  seed: 1,
  workers: 2,
  table: null,
  log: null
};

test('countTrials(trials) tells tried, rejected, training and trained apart', () => {
  expect(countTrials(trials)).toEqual({ tried: 6, rejected: 1, training: 1, trained: 3, failed: 1 });
});

test('bestWithin(trials, budgetMs) never names a network beyond the budget', () => {
  expect(bestWithin(trials, 6)?.id).toBe(0);
  expect(bestWithin(trials, 8)?.id).toBe(4);
  expect(bestWithin(trials, 1)).toBeNull();
});

test('ranked(trials, budgetMs) lists the trained by accuracy, then the training, the failed and the too slow', () => {
  expect(ranked(trials, 6).map(({ id }) => id)).toEqual([0, 2, 3, 5, 4, 1]);
});

test('foldSearch(view, trial) replaces the earlier state of the same trial', () => {
  const first = foldSearch(beginSearch(request), { kind: 'trial', trial: trial(0, 'training', 5, null) });
  const second = foldSearch(first, { kind: 'trial', trial: trial(0, 'scored', 5, 0.7) });
  expect(second.trials.map(({ status }) => status)).toEqual(['scored']);
});

test('closeSearch(view, null) keeps the trials of a stopped search', () => {
  const view = foldSearch(beginSearch(request), { kind: 'trial', trial: trial(0, 'scored', 5, 0.7) });
  expect(closeSearch(view, null).trials).toEqual(view.trials);
});
