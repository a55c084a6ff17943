/** @file Proves that every member of a space is a legal, distinct network with a text that reads back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTo } from '$lib/arch/fit';
import { checkArchitecture } from '$lib/arch/parse';
import { presets } from '$lib/arch/presets/catalogue';
import { mobileNetV1 } from '$lib/arch/presets/mobilenet-v1';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { widthBefore } from '$lib/arch/rules';
import { rngOf } from '$lib/base/rng';
import { totalCost } from '$lib/cost/cost';
import { opKey } from '$lib/latency/key';
import { lower } from '$lib/ops/lower';
import { candidateOf, parseCandidate } from './candidate';
import { budgetIssue, floorNetwork } from './floor';
import { calibrationMembers, keysOf } from './members';
import {
  decode,
  encode,
  largest,
  randomChoices,
  residualStages,
  sizeOf,
  smallest,
  spaceOf,
  type Choices
} from './space';

const base = fitTo(mobileNetV3Small, [28, 28, 1], 10).arch;
const space = spaceOf(base);
const spaces = presets.map(({ id, arch }) => [id, spaceOf(fitTo(arch, [28, 28, 1], 10).arch)] as const);

const member = (genes: readonly { readonly options: readonly unknown[] }[]): fc.Arbitrary<Choices> =>
  fc.tuple(...genes.map((gene) => fc.nat(gene.options.length - 1)));

describe('spaceOf', () => {
  it('gives each bneck its cells, each residual stage one out, and locks the stage that adds to the stem', () => {
    expect(space.genes.filter((gene) => gene.rows.includes(0)).map((gene) => gene.path)).toEqual([
      'rows.0.kernel',
      'rows.0.se',
      'rows.0.nl'
    ]);
    expect(space.genes.filter((gene) => gene.kind === 'out').map((gene) => gene.rows)).toEqual([
      [3, 4, 5],
      [6, 7],
      [8, 9, 10]
    ]);
    expect(sizeOf(space)).toBe(2n ** 46n);
  });

  it('searches the outs of separable rows', () => {
    const v1 = spaceOf(fitTo(mobileNetV1, [28, 28, 1], 10).arch);
    expect(v1.genes[0]).toEqual({ path: 'rows.0.out', kind: 'out', rows: [0], options: [32, 48, 64] });
    expect(v1.genes).toHaveLength(13);
  });

  it('needs a latency table of at most 250 ops for V3-Small at 28 px', () => {
    expect(keysOf(space).size).toBe(196);
  });

  it.each(spaces)('contains its base: %s', (_, { base: own, ...rest }) => {
    const choices = encode({ base: own, ...rest }, own);
    expect(choices && decode({ base: own, ...rest }, choices)).toEqual(own);
  });
});

describe('members', () => {
  it.each(spaces)('are legal, keep the residuals of the base and read back: %s', (_, own) => {
    const tied = residualStages(own.base);
    fc.assert(
      fc.property(member(own.genes), (choices) => {
        const arch = decode(own, choices);
        expect(checkArchitecture(arch)).toEqual([]);
        expect(encode(own, arch)).toEqual(choices);
        for (const stage of tied) {
          const outs = stage.map((row) => widthBefore(arch, row + 1));
          expect(new Set(outs).size).toBe(1);
        }
        const adds = lower(arch).filter((op) => op.kind === 'add').length;
        expect(adds).toBeGreaterThanOrEqual(lower(own.base).filter((op) => op.kind === 'add').length);
      }),
      { numRuns: 40, seed: 7 }
    );
  });

  it('have equal texts exactly when they lower to equal ops', () => {
    fc.assert(
      fc.property(member(space.genes), member(space.genes), fc.nat(space.genes.length - 1), (a, b, g) => {
        const near = a.map((choice, i) => (i === g ? 1 - choice : choice));
        for (const other of [b, near, [...a]]) {
          const same = JSON.stringify(lower(decode(space, a))) === JSON.stringify(lower(decode(space, other)));
          expect(candidateOf(space, a) === candidateOf(space, other)).toBe(same);
        }
      }),
      { numRuns: 100, seed: 7 }
    );
  });

  it('find every op they need among the keys of the space', () => {
    const keys = keysOf(space);
    fc.assert(
      fc.property(member(space.genes), (choices) => {
        for (const op of lower(decode(space, choices))) expect(keys.has(opKey(op))).toBe(true);
      }),
      { numRuns: 200, seed: 7 }
    );
  });

  it('lie between the smallest and the largest in MAdds', () => {
    const madds = (choices: Choices): number => totalCost(lower(decode(space, choices))).madds;
    const [least, most] = [madds(smallest(space)), madds(largest(space))];
    const rng = rngOf(3);
    for (let i = 0; i < 200; i++) {
      const own = madds(randomChoices(space, rng));
      expect(own >= least && own <= most).toBe(true);
    }
  });

  it('chosen for calibration start with smallest, base and largest', () => {
    const members = calibrationMembers(space, rngOf(1), 6);
    expect(members).toHaveLength(6);
    expect(members.slice(0, 3)).toEqual([smallest(space), encode(space, base), largest(space)]);
  });
});

describe('encode', () => {
  it('refuses a network outside the space', () => {
    expect(encode(space, mobileNetV3Small)).toBeNull();
    expect(encode(space, { ...base, classes: 11 })).toBeNull();
    expect(encode(space, { ...base, rows: base.rows.slice(1) })).toBeNull();
  });

  it('does not care about names or the order of keys', () => {
    const { name, ...rest } = base;
    expect(encode(space, { ...rest, name: `${name} renamed` })).toEqual(encode(space, base));
  });
});

describe('candidate texts', () => {
  it('read back', () => {
    fc.assert(
      fc.property(member(space.genes), (choices) => {
        expect(parseCandidate(space, candidateOf(space, choices))).toEqual({ kind: 'ok', value: choices });
      }),
      { numRuns: 100, seed: 7 }
    );
  });

  it('of another space are refused', () => {
    const other = spaceOf({ ...base, classes: 11 });
    const parsed = parseCandidate(space, candidateOf(other, smallest(other)));
    expect(parsed.kind === 'bad' && parsed.issues[0]?.message).toContain('belongs to space');
  });

  const good = candidateOf(space, smallest(space));
  it.each([
    ['', 'must be a space hash'],
    ['nonsense', 'must be a space hash'],
    [`${good}-1`, 'must be a space hash'],
    [good.slice(0, -1), 'must have 46 digits, got 45'],
    [`${good.slice(0, -1)}7`, "must be a digit below 2, got '7'"],
    [`${good.slice(0, -1)}!`, "must be a digit below 2, got '!'"],
    [good.replaceAll('.', ''), 'a dot before each new row']
  ])('%j is refused with a reason', (text, reason) => {
    const parsed = parseCandidate(space, text);
    expect(parsed.kind === 'bad' && parsed.issues[0]?.message).toContain(reason);
  });
});

describe('the floor', () => {
  it('is the member with everything at its cheapest', () => {
    expect(floorNetwork(space).rows.every((row) => row.kind === 'bneck' && row.kernel === 3)).toBe(true);
  });

  it('refuses a budget below it with both numbers', () => {
    expect(budgetIssue(0.5, 0.8, 'ms')?.message).toContain('0.5000 ms');
    expect(budgetIssue(0.5, 0.8, 'ms')?.message).toContain('0.8000 ms');
    expect(budgetIssue(0.8, 0.8, 'ms')).toBeNull();
  });

  it.each([0, -3, Number.NaN, Infinity])('refuses the budget %s', (budget) => {
    expect(budgetIssue(budget, 0.1, 'ms')?.message).toContain('positive');
  });
});
