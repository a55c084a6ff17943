/** @file Proves that every member of a space is a legal, distinct network with a text that reads back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTo } from '$lib/arch/fit';
import { checkArchitecture } from '$lib/arch/parse';
import type { Architecture } from '$lib/arch/architecture';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { mobileNetV1 } from '$lib/arch/presets/mobilenet-v1';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { widthBefore } from '$lib/arch/rules';
import { anyArchitecture } from '$lib/arch/url-tables.fixture';
import { withHead } from '$lib/arch/with-head';
import { rngOf } from '$lib/base/rng';
import { totalCost } from '$lib/cost/cost';
import { opKey } from '$lib/latency/key';
import { lower } from '$lib/ops/lower';
import { candidateOf, parseCandidate } from './candidate';
import { budgetIssue, floorNetwork } from './floor';
import { unservedIssue } from './served';
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
const spaces = presets
  .filter(({ arch }) => !unservedIssue(arch))
  .map(({ id, arch }) => [id, spaceOf(fitTo(arch, [28, 28, 1], 10).arch)] as const);

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

describe('tables of other rows and heads', () => {
  const refused = (arch: Architecture): string | undefined => {
    const issue = unservedIssue(arch);
    if (issue) expect(() => spaceOf(arch)).toThrow(issue.message);
    return issue ? `${issue.path}: ${issue.message}` : undefined;
  };
  const row = (id: string, at = 0) => presetById(id)?.arch.rows[at] ?? expect.fail();

  it.each(['features', 'lraspp', 'ssdlite'] as const)('with the head %s are refused before anything runs', (head) => {
    expect(refused(withHead(base, head))).toContain(`head.kind: search and NetAdapt need a classifier head`);
  });

  it.each([
    ['article-000-se', 'squeezeExcite'],
    ['article-000-dwconv', 'depthwise']
  ])('with a row of %s are refused before anything runs', (id, kind) => {
    const arch = { ...base, rows: [...base.rows.slice(0, 2), row(id)] };
    expect(refused(arch)).toContain(`rows.2.kind: search and NetAdapt serve`);
    expect(refused(arch)).toContain(`row 3 is ${kind}`);
  });

  it('of a single block without stem are refused before anything runs', () => {
    expect(refused({ ...base, stem: null })).toContain('stem: ');
  });

  it('are searched where they are served', () => {
    for (const id of ['article-001-small', 'article-002-small', 'article-004-small', 'mnasnet-a1']) {
      const own = spaceOf(fitTo(presetById(id)?.arch ?? expect.fail(), [28, 28, 1], 10).arch);
      expect(encode(own, own.base)).not.toBeNull();
      const keys = keysOf(own);
      const rng = rngOf(4);
      for (let i = 0; i < 20; i++) {
        const arch = decode(own, randomChoices(own, rng));
        expect(checkArchitecture(arch)).toEqual([]);
        for (const op of lower(arch)) expect(keys.has(opKey(op))).toBe(true);
      }
    }
  });

  it('of any kind are either refused or searched, on random tables', () => {
    let served = 0;
    fc.assert(
      fc.property(anyArchitecture, fc.nat(), (arch, seed) => {
        if (refused(arch) !== undefined) return;
        served++;
        const own = spaceOf(arch);
        expect(encode(own, arch)).not.toBeNull();
        const keys = keysOf(own);
        const rng = rngOf(seed);
        for (let i = 0; i < 5; i++) {
          const choices = randomChoices(own, rng);
          const member = decode(own, choices);
          expect(checkArchitecture(member)).toEqual([]);
          expect(encode(own, member)).toEqual(choices);
          for (const op of lower(member)) expect(keys.has(opKey(op))).toBe(true);
        }
      }),
      { numRuns: 500, seed: 9 }
    );
    expect(served).toBeGreaterThan(20);
  });

  it('write squeeze-and-excite as the network does', () => {
    const own = spaceOf(fitTo(presetById('article-002-small')?.arch ?? expect.fail(), [28, 28, 1], 10).arch);
    const rows = decode(own, largest(own)).rows.map((r) => (r.kind === 'bneck' ? r.se : null));
    expect(rows.every((se) => se !== null && se.norm && !se.bias && se.place === 'afterProject')).toBe(true);
  });

  it('keep their kernels without padding, and any dilation', () => {
    const rows = base.rows.map((r) =>
      r.kind === 'bneck' ? ({ ...r, kernel: 3, stride: 1, shortcut: 'none' } as const) : r
    );
    const valid: Architecture = { ...base, padding: 'valid', rows };
    expect(spaceOf(valid).genes.some((gene) => gene.kind === 'kernel')).toBe(false);
    const dilated = spaceOf({ ...base, rows: base.rows.map((r) => (r.kind === 'bneck' ? { ...r, dilation: 2 } : r)) });
    expect(decode(dilated, largest(dilated)).rows.every((r) => r.kind === 'bneck' && r.dilation === 2)).toBe(true);
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
