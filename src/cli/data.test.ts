/** @file Tests of the shape a folder's pictures take and of the line that tells its classes. */
import { expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { countsLine, pictureShape } from './data';

const preset = presetById('v3-small')!.arch;

test.each([
  ['a preset alone', 'v3-small', {}, [64, 64, 3]],
  ['a preset with --input', 'v3-small', { input: [224] }, [224, 224, 3]],
  ['a preset with weights of a file', 'v3-small', { weights: { kind: 'file', path: 'a' } as const }, [224, 224, 3]],
  ['a preset with drawn weights', 'v3-small', { weights: { kind: 'init', seed: 1, rule: 'he' } as const }, [64, 64, 3]],
  ['a file', 'net.safetensors', {}, [224, 224, 3]]
])('pictures of a folder are as %s takes them', (_, name, options, shape) => {
  expect(pictureShape({ name, arch: preset }, options)).toEqual(shape);
});

test('a preset of one channel takes grey pictures', () => {
  expect(pictureShape({ name: 'v3-small', arch: { ...preset, input: [28, 28, 1] } })).toEqual([64, 64, 1]);
});

test('twenty classes are named with their pictures, of more the number is told', () => {
  const counts = Array.from({ length: 100 }, (_, i) => ({ name: `c${i}`, train: i, validation: 2, test: 1 }));
  expect(countsLine({ counts: counts.slice(3, 5), unreadable: [] })).toMatch(/: c3 3 \+ 2 \+ 1, c4 4 \+ 2 \+ 1$/);
  const line = countsLine({ counts, unreadable: [] });
  expect(line).toMatch(/c19 19 \+ 2 \+ 1 and 80 more classes$/);
  expect(line).not.toContain('\n');
});
