/** @file Tests of what the run panels refuse. */
import { expect, test } from 'vitest';
import { applyNetworkOptions } from '$lib/arch/options';
import { fitTo } from '$lib/arch/fit';
import { presets } from '$lib/arch/presets/catalogue';
import { whyNotSearch, whyNotTrain } from './trainable';

const grey = [28, 28, 1] as const;

test.each(presets.map((preset) => [preset.id, preset] as const))('%s is trained or refused in words', (_, preset) => {
  const fitted = fitTo(preset.arch, grey, 10).arch;
  const why = whyNotTrain(preset.arch, fitted);
  expect(why === '').toBe(preset.group !== 'block');
  expect(whyNotSearch(preset.arch, fitted).length > 0).toBe(preset.group === 'block');
});

test.each(['features', 'lraspp', 'lraspp-paper', 'ssdlite'] as const)('a head %s is refused in words', (head) => {
  const base = presets.find(({ id }) => id === 'v3-small')?.arch;
  if (!base) throw new Error('test: no preset v3-small');
  const arch = applyNetworkOptions(base, { head });
  expect(whyNotTrain(arch, fitTo(arch, grey, 10).arch)).toMatch(/classifier/);
});
