/** @file Every number of a finding that we counted stands in what PyTorch measured, the small ones, too. */
import { describe, expect, test } from 'vitest';
import { claims } from '$lib/cost/claims/claims';
import { readGolden } from '../support/golden';

const facts = readGolden<readonly { readonly measured: string }[]>('seed_facts.json');
if (!facts) process.stdout.write('claims-figures: skipped, no reference files here\n');

/** Numbers of a text with separators of thousands or without. */
const numbersIn = (text: string): readonly number[] =>
  (text.match(/\d+(?:,\d{3})+|\d+(?:\.\d+)?(?:e-?\d+)?/g) ?? []).map((number) => Number(number.replaceAll(',', '')));

/** Rows are counted from 1 here and from 0 there; the other numbers are of the paper's Table 1 and of rows not quoted there. */
const shifted = new Set(['001-residual', '002-shortcut']);
const beyond: Readonly<Record<string, readonly number[]>> = {
  '002-se': [11, 480],
  '004-se': [320, 80, 320, 896, 224, 896, 1280, 320, 1280]
};

const counted = claims.filter(({ grounds }) => grounds === 'tables');

test('most findings are counted, not typed', () => {
  expect(counted.length).toBeGreaterThan(30);
});

describe.runIf(facts !== undefined)('the figures of a finding', () => {
  test.each(counted.map((claim) => [claim.id, claim, facts?.[claims.indexOf(claim)]] as const))(
    '%s are those of PyTorch',
    (id, { finding }, fact) => {
      const measured = numbersIn(fact?.measured ?? '');
      const theirs = new Set(shifted.has(id) ? measured.flatMap((number) => [number, number + 1]) : measured);
      expect(numbersIn(finding()).filter((number) => !theirs.has(number))).toEqual(beyond[id] ?? []);
    }
  );

  test('the rows that article 001 leaves without shortcut are exactly those found by running it', () => {
    const measured = facts?.find((fact) => fact.measured.includes('identity is never added'))?.measured ?? '';
    const lists = [...measured.matchAll(/\[([\d, ]+)\]/g)].map(([, list = '']) =>
      numbersIn(list).map((row) => row + 1)
    );
    const finding = claims.find(({ id }) => id === '001-residual')?.finding() ?? '';
    expect(lists).toHaveLength(2);
    for (const rows of lists) expect(finding).toContain(` ${rows.join(', ')} of `);
  });
});
