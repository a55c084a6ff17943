/** @file The counts of every preset, exact, and of their scaled forms under each convention. */
import { describe, expect, test } from 'vitest';
import { applyNetworkOptions, type NetworkChange } from '$lib/arch/options';
import { checkArchitecture } from '$lib/arch/parse';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { costOf, totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';

/** Parameters, and MAdds in millions at the preset's own input. */
const counts = [
  // As torchvision and Keras count them.
  ['v1', 4_231_976, 568.74],
  ['v2', 3_504_872, 300.77],
  ['v3-large', 5_483_032, 216.59],
  ['v3-small', 2_542_856, 56.51],
  ['v3-large-minimalistic', 3_924_288, 209.14],
  ['v3-small-minimalistic', 2_044_736, 52.29],
  // As timm counts it: 3.89 M; the paper prints 3.9 M and 312 M.
  ['mnasnet-a1', 3_887_038, 311.58],
  // As PyTorch counts the articles' code.
  ['article-001-large', 5_481_486, 219.8],
  ['article-001-small', 2_537_526, 59.72],
  ['article-002-large', 4_035_628, 220.1],
  ['article-002-small', 2_103_476, 59.66],
  ['article-003', 4_231_976, 533.83],
  ['article-004-large', 4_166_344, 210.57],
  ['article-004-small', 2_256_024, 93.38],
  ['article-004-large-repaired', 4_461_420, 176.85],
  ['article-004-small-repaired', 2_516_468, 38.79],
  ['article-000-inverted-residual', 29_376, 368.51],
  ['article-000-inverted-residual-repaired', 30_176, 368.51],
  ['article-000-se', 18_432, 0.02],
  ['article-000-se-repaired', 18_432, 0.02],
  ['article-000-separable', 75, 0.07],
  ['article-000-conv', 73_984, 30_198.99],
  ['article-000-dwconv', 1_408, 471.86],
  ['article-000-dwconv-pointwise', 9_024, 3_591.37],
  // The paper's tables in the articles' frame.
  ['article-001-large-repaired', 5_481_486, 219.8],
  ['article-001-small-repaired', 2_537_526, 59.72],
  ['article-002-large-repaired', 5_483_032, 216.59],
  ['article-002-small-repaired', 2_542_856, 56.51],
  ['article-003-repaired', 4_231_976, 568.74],
  // 27 weights at 32x32 instead of 30x30, and 48 of the pointwise.
  ['article-000-separable-repaired', 75, 0.08]
] as const;

const archOf = (id: string) => {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return preset.arch;
};

describe('totalCost(lower(preset))', () => {
  test('is known of every preset', () => {
    expect(counts.map(([id]) => id).toSorted()).toEqual(presets.map(({ id }) => id).toSorted());
  });

  test.each(counts)('%s has %i params and %d M MAdds', (id, params, millions) => {
    const arch = archOf(id);
    expect(checkArchitecture(arch)).toEqual([]);
    const cost = totalCost(lower(arch));
    expect(cost.params).toBe(params);
    expect((cost.madds / 1e6).toFixed(2)).toBe(millions.toFixed(2));
  });

  test.each(counts)('%s counts the elements of its tensors, each cost a whole number', (id) => {
    for (const op of lower(archOf(id))) {
      const elements = (trainable: boolean): number =>
        tensorsOf(op)
          .filter((spec) => spec.trainable === trainable)
          .reduce((sum, spec) => sum + spec.shape.reduce((a, b) => a * b, 1), 0);
      const cost = costOf(op);
      expect([cost.params, cost.buffers], op.id).toEqual([elements(true), elements(false)]);
      expect(Object.values(cost).every((value) => Number.isInteger(value))).toBe(true);
    }
  });
});

/** Counts of scaled networks as the code bases themselves have them. */
const scaled: readonly (readonly [string, NetworkChange, number, number | null])[] = [
  ['v3-large', { width: 0.75, widthRule: 'keras' }, 3_993_528, 154.56],
  ['v3-small', { width: 0.75, widthRule: 'keras' }, 2_041_872, 43.4],
  ['v3-large', { width: 1.25, widthRule: 'keras' }, 8_255_784, null],
  ['v3-large', { width: 0.75 }, 3_377_576, 140.03],
  ['v3-small', { width: 0.75 }, 1_653_920, 39.12],
  ['v3-large', { width: 1.25 }, 8_164_744, 343.46],
  ['v2', { width: 0.35 }, 1_677_128, 59.29],
  ['v2', { width: 0.35, widthRule: 'keras' }, 1_677_128, 59.29],
  ['v1', { width: 0.25, widthRule: 'keras' }, 470_072, null],
  // timm's semnasnet_075, which prints 2.9 M and 0.2 G.
  ['mnasnet-a1', { width: 0.75 }, 2_912_278, null],
  ['v3-large', { reducedTail: true }, 2_569_352, null],
  ['v3-large', { head: 'lraspp' }, 3_221_538, null],
  ['v3-large', { head: 'ssdlite', reducedTail: true }, 3_440_060, null],
  ['v3-large', { head: 'ssdlite' }, 5_198_540, null]
];

describe('applyNetworkOptions(preset, change)', () => {
  test.each(scaled)('%s under %o has %i params', (id, change, params, millions) => {
    const cost = totalCost(lower(applyNetworkOptions(archOf(id), change)));
    expect(cost.params).toBe(params);
    if (millions !== null) expect((cost.madds / 1e6).toFixed(2)).toBe(millions.toFixed(2));
  });
});
