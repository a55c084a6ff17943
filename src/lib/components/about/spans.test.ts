/** @file Tests of the short lines for many differences. */
import { expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { consequencesOf } from '$lib/cost/consequences';
import { changesIn, rowsIn, runsOf } from './spans';

test.each([
  [[1, 2, 3, 7], '1–3, 7'],
  [[5], '5'],
  [[], ''],
  [[4, 2, 3, 3], '2–4']
])('%j is %j', (numbers, text) => {
  expect(runsOf(numbers)).toBe(text);
});

test('article 001: ReLU became h-swish in the rows that squeeze', () => {
  const [paper, article] = [presetById('v3-large')?.arch, presetById('article-001-large')?.arch];
  if (!paper || !article) throw new Error('test: both presets must exist');
  const found = consequencesOf(paper, article).find(({ key }) => key === 'se.nl');
  expect(runsOf(rowsIn(found?.differences ?? []))).toBe('4–6, 11–15');
  expect(changesIn(found?.differences ?? [])).toEqual(['RE → HS']);
});
