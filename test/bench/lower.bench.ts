/** @file How long one candidate's shapes and cost take; search asks for them a million times. */
import { bench, describe } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { costOf, totalCost } from '$lib/cost/cost';
import { receptiveFields } from '$lib/cost/receptive-field';
import { lower } from '$lib/ops/lower';

const large = presetById('v3-large')!.arch;

describe('V3-Large', () => {
  bench('lower + total cost (to reach: 0.2 ms)', () => {
    totalCost(lower(large));
  });

  bench('lower + cost of each op + receptive fields (to reach: 0.5 ms)', () => {
    const ops = lower(large);
    for (const op of ops) costOf(op);
    totalCost(ops);
    receptiveFields(ops);
  });
});
