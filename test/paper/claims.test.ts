/** @file The claims of the five articles: verdicts as found by running their code, figures as PyTorch counts them. */
import { describe, expect, test } from 'vitest';
import type { Verdict } from '$lib/cost/claims/claim';
import { claims, claimsOf, verdictInWords } from '$lib/cost/claims/claims';
import { lower } from '$lib/ops/lower';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { readGolden } from '../support/golden';

interface Fact {
  readonly seed: string;
  readonly claim: string;
  readonly verdict: string;
  readonly measured: string;
}

const facts = readGolden<readonly Fact[]>('seed_facts.json');
if (!facts) process.stdout.write('claims: skipped, no reference files here\n');

/** What our verdicts may be called in the reference. */
const called: Readonly<Record<Verdict, RegExp>> = {
  right: /^right( \(shape\))?$/,
  partly: /^(almost|close|only with|right for|structure right|typo)/,
  wrong: /^(wrong|mostly wrong|contradicted)/,
  differs: /^differs$/,
  measured: /^measured$/,
  unchecked: /^(cannot run|no data|not runnable)$/
};

/** Every number of a text, without separators. */
const numbersIn = (text: string): string[] =>
  (text.match(/\d[\d,]*(?:\.\d+)?/g) ?? []).map((figure) => figure.replaceAll(',', '').replace(/\.$/, ''));

/** What was counted: numbers with separated thousands or four decimals. */
const countsIn = (text: string): string[] =>
  (text.match(/\d{1,3}(?:,\d{3})+|\d+\.\d{4}(?!\d)/g) ?? []).map((figure) => figure.replaceAll(',', ''));

describe('claims', () => {
  test('are 49, each with an id of its own, a finding and a verdict', () => {
    expect(claims).toHaveLength(49);
    expect(new Set(claims.map(({ id }) => id)).size).toBe(49);
    for (const { claim, finding, verdict } of claims) {
      expect(claim().length * finding().length * verdictInWords(verdict).length).toBeGreaterThan(0);
      expect(finding()).not.toMatch(/undefined|NaN/);
    }
  });

  test('belong to the presets of their article', () => {
    const shown = presets.flatMap(({ id }) => claimsOf(id).map((claim) => claim.id));
    expect(new Set(shown).size).toBe(49);
    expect(claimsOf('v3-large')).toEqual([]);
  });

  test('no op of article 003 joins branches', () => {
    const kinds = new Set(lower(presetById('article-003')!.arch).map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(['conv', 'dense', 'depthwise', 'pool']);
  });

  if (!facts) return;

  test.each(claims.map((claim, index) => [claim.id, claim, facts[index]] as const))(
    '%s is what running the code found',
    (_, { article, verdict, grounds, finding }, fact) => {
      if (!fact) throw new Error('reference: must have as many claims');
      expect(fact.seed).toBe(article);
      expect(fact.verdict).toMatch(called[verdict]);
      if (grounds !== 'tables') return;
      // Every figure that we counted ourselves stands in the reference, too.
      const theirs = numbersIn(fact.measured);
      for (const figure of countsIn(finding())) expect(theirs, finding()).toContain(figure);
    }
  );
});
