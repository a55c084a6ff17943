/** @file The counts of the family's networks, exact. */
import { describe, expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { costOf, totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';

/** Parameters as torchvision and Keras count them; MAdds in millions at 224 (recounted from the papers' tables). */
const counts = [
  ['v1', 4_231_976, 568.74],
  ['v2', 3_504_872, 300.77],
  ['v3-large', 5_483_032, 216.59],
  ['v3-small', 2_542_856, 56.51],
  ['v3-large-minimalistic', 3_924_288, 209.14],
  ['v3-small-minimalistic', 2_044_736, 52.29]
] as const;

describe('totalCost(lower(preset))', () => {
  test.each(counts)('%s has %i params and %d M MAdds', (id, params, millions) => {
    const preset = presetById(id);
    if (!preset) throw new Error(`preset ${id}: must exist`);
    const ops = lower(preset.arch);
    const cost = totalCost(ops);
    expect(cost.params).toBe(params);
    expect((cost.madds / 1e6).toFixed(2)).toBe(millions.toFixed(2));
  });

  test.each(counts)('%s counts the elements of its tensors', (id) => {
    for (const op of lower(presetById(id)!.arch)) {
      const elements = (trainable: boolean): number =>
        tensorsOf(op)
          .filter((spec) => spec.trainable === trainable)
          .reduce((sum, spec) => sum + spec.shape.reduce((a, b) => a * b, 1), 0);
      const cost = costOf(op);
      expect([cost.params, cost.buffers], op.id).toEqual([elements(true), elements(false)]);
    }
  });
});
