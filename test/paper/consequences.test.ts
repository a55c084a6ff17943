/** @file What each article changed of its paper, and what each change does by itself; the figures are those of PyTorch. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { changesBetween } from '$lib/arch/changes';
import { diffRows } from '$lib/arch/diff';
import { checkArchitecture } from '$lib/arch/parse';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { differencesFromPaper } from '$lib/arch/presets/differences';
import { consequencesOf } from '$lib/cost/consequences';
import { randomTables } from '../support/random-tables';

const archOf = (id: string) => {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return preset.arch;
};

const summary = (from: string, to: string) =>
  consequencesOf(archOf(from), archOf(to)).map(({ key, differences, params, madds, lastMap }) => [
    key,
    differences.length,
    params,
    madds,
    lastMap?.to ?? null
  ]);

describe('consequencesOf(paper, article)', () => {
  test('article 001 Large: squeeze unrounded, the expansion of row 1, a lost identity that costs nothing', () => {
    expect(summary('v3-large', 'article-001-large')).toEqual([
      ['padding', 1, 0, 0, null],
      ['norm.epsilon', 1, 0, 0, null],
      ['norm.momentum', 1, 0, 0, null],
      // 16 x 16 weights and two norms of 16; 112 x 112 x 256 multiply-adds.
      ['expand', 15, 288, 3_211_264, null],
      ['shortcut', 15, 0, 0, null],
      ['se.channels', 3, 5_481_486 - 288 - 5_483_032, 219_799_200 - 3_211_264 - 216_589_760, null],
      ['se.nl', 8, 0, 0, null],
      ['head.dropout', 1, 0, 0, null]
    ]);
  });

  test('article 003: the last map is 4x4, the parameters are the same', () => {
    expect(summary('v1', 'article-003')).toEqual([
      ['padding', 1, 0, 0, null],
      ['stride', 1, 0, 533_833_216 - 568_740_352, [4, 4, 1024]],
      ['head.dropout', 1, 0, 0, null]
    ]);
  });

  test('all of them together are the article', () => {
    for (const preset of presets) {
      const reference = preset.reference === null ? undefined : presetById(preset.reference);
      const differences = differencesFromPaper(preset);
      if (!reference) {
        expect(differences).toEqual([]);
        continue;
      }
      const consequences = consequencesOf(reference.arch, preset.arch);
      expect(consequences.flatMap((one) => one.differences)).toHaveLength(differences.length);
      let arch = reference.arch;
      for (let left = changesBetween(arch, preset.arch); left[0]; left = changesBetween(arch, preset.arch)) {
        arch = left[0].applied;
      }
      expect({ ...arch, name: preset.arch.name }, preset.id).toEqual(preset.arch);
    }
  });
});

describe('changesBetween(a, b)', () => {
  test('each change takes away exactly its own differences where rows keep their partners', () => {
    fc.assert(
      fc.property(randomTables({ rows: 4 }), fc.integer({ min: 1, max: 40 }), (a, out) => {
        const b = {
          ...a,
          rows: a.rows.map((row) => (row.kind === 'conv' ? { ...row, out } : row)),
          convBias: !a.convBias
        };
        const changes = changesBetween(a, b);
        expect(changes.flatMap(({ differences }) => differences)).toHaveLength(diffRows(a, b).length);
        for (const { differences, applied } of changes) {
          expect(diffRows(a, applied).map(({ path }) => path)).toEqual(differences.map(({ path }) => path));
        }
      }),
      { numRuns: 200 }
    );
  });

  test('a change applied to a preset is a table that can be counted', () => {
    for (const preset of presets) {
      if (preset.reference === null) continue;
      for (const { key, applied } of changesBetween(archOf(preset.reference), preset.arch)) {
        expect(checkArchitecture(applied), `${preset.id} ${key}`).toEqual([]);
      }
    }
  });
});
