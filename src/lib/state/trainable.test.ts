/** @file Tests of what the run panels refuse. */
import { expect, test } from 'vitest';
import { applyNetworkOptions } from '$lib/arch/options';
import { fitTo } from '$lib/arch/fit';
import { presets } from '$lib/arch/presets/catalogue';
import { withInput } from '$lib/arch/scale';
import type { HeadChoice } from '$lib/arch/with-head';
import { whyNotSearch, whyNotTrain } from './trainable';

const grey = [28, 28, 1] as const;
const garments = { kind: 'classes', name: 'Fashion-MNIST' } as const;
const scenes = { kind: 'scenes', name: 'Garment scenes' } as const;

test.each(presets.map((preset) => [preset.id, preset] as const))('%s is trained or refused in words', (_, preset) => {
  const fitted = fitTo(preset.arch, grey, 10).arch;
  const why = whyNotTrain(fitted, garments);
  expect(why === '').toBe(preset.group !== 'block');
  expect(whyNotSearch(preset.arch, fitted, garments).length > 0).toBe(preset.group === 'block');
});

const headed = (head: HeadChoice, size: number) => {
  const base = presets.find(({ id }) => id === 'v3-small')?.arch;
  if (!base) throw new Error('test: no preset v3-small');
  return withInput(applyNetworkOptions(base, { head }), [size, size, 1]);
};

test.each([
  ['features', 'features', /its head gives features.*choose the classifier, LR-ASPP or SSDLite head/, /features/],
  ['lraspp', 'LR-ASPP', /LR-ASPP, which learns masks; the pictures of Fashion-MNIST .* choose Garment scenes/, null],
  ['lraspp-paper', 'LR-ASPP', /which learns masks/, null],
  ['ssdlite', 'SSDLite', /SSDLite, which learns boxes; the pictures of Fashion-MNIST .* choose Garment scenes/, null],
  ['classifier', 'classifier', null, /one class a picture; the pictures of Garment scenes have masks and boxes/]
] as const)('a head %s learns from pictures that have what it answers', (head, name, ofGarments, ofScenes) => {
  const arch = headed(head, 64);
  const why = (pictures: typeof garments | typeof scenes, classes: number) =>
    whyNotTrain(fitTo(arch, arch.input, classes).arch, pictures);
  expect(why(garments, 10)).toMatch(ofGarments ?? /^$/);
  expect(why(scenes, 4)).toMatch(ofScenes ?? /^$/);
  const search = whyNotSearch(arch, fitTo(arch, arch.input, 10).arch, garments);
  expect(search).toContain(head === 'classifier' ? '' : `this network ends in ${name}`);
  expect(whyNotSearch(arch, arch, scenes)).not.toBe('');
});

test('scenes have a smallest and a largest size', () => {
  expect(whyNotTrain(fitTo(headed('lraspp', 28), [28, 28, 1], 4).arch, scenes)).toContain('32 to 512');
});
