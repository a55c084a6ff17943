/** @file Tests of what is said of an export. */
import { describe, expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { formats, usualInt8, usualOnnx, type ExportChoice } from '$lib/export/choice';
import type { Proof } from '$lib/export/proof';
import { beginExport, closeExport, type ExportView } from './export-run';
import { aboutFormat, bitsOf, formatName, verdictOn } from './export-words';

const view = (choice: ExportChoice, found: Partial<ExportView> = {}): ExportView => ({
  ...beginExport({ arch: mobileNetV3Small, tensors: null, choice, data: null, pictures: 1, zip: true }),
  ...found
});
const proof: Proof = {
  runtime: 'a runtime',
  pictures: 32,
  maxDifference: 4.7e-9,
  largest: 1.5,
  rule: { kind: 'difference', share: 2e-5 },
  snrDb: 120,
  top1: 1,
  accelerated: null,
  accuracy: null,
  msPerPicture: null,
  passed: true
};

test('every format has a name of its own and a line about it', () => {
  expect(new Set(formats.map(formatName)).size).toBe(formats.length);
  expect(new Set(formats.map(aboutFormat)).size).toBe(formats.length);
});

test.each([
  [usualOnnx, 'float32'],
  [{ ...usualOnnx, weights: 'dynamicInt8' }, 'int8 weights'],
  [{ format: 'tflite', weights: 'float16' }, 'float16'],
  [{ format: 'tflite', weights: usualInt8 }, 'int8 throughout'],
  [{ format: 'pytorch' }, 'float32'],
  [{ format: 'csv' }, '']
] as const)('the numbers of %o are %s', (choice, bits) => {
  expect(bitsOf(choice)).toBe(bits);
});

describe('a written file', () => {
  test.each([
    ['that agrees is good', { proof }, 'good', 'checked, max difference 4.7e-9'],
    ['that does not is bad', { proof: { ...proof, passed: false } }, 'bad', 'CHECK FAILED, max difference 4.7e-9'],
    ['that is refused is bad', { refused: 'no' }, 'bad', 'refused by the runtime'],
    ['whose runtime did not load is not known', { unproved: 'X did not load: no' }, 'wait', 'not checked'],
    ['whose check was stopped is not known', {}, 'wait', 'not checked']
  ] as const)('%s', (_, found, tone, short) => {
    expect(verdictOn(view(usualOnnx, found), false)).toMatchObject({ tone, short });
  });
  test('of 8 bits is told by its noise', () => {
    const noise = { ...proof, rule: { kind: 'noise', leastDb: 10 }, snrDb: 26 } as const;
    expect(verdictOn(view(usualOnnx, { proof: noise }), false).short).toBe('checked, signal to noise 26.0 dB');
  });
  test('that nobody could ask says why', () => {
    expect(verdictOn(view(usualOnnx, { unproved: 'X did not load: no' }), false).text).toBe(
      'Not proved. X did not load: no'
    );
  });
  test('is being checked while the run is live, and not after', () => {
    expect(verdictOn(view(usualOnnx), true).short).toBe('being checked');
  });
});

test('a stopped export keeps what was written', () => {
  const files = [{ name: 'a.onnx', content: new Uint8Array(1) }];
  expect(closeExport(view(usualOnnx, { files }), null).files).toBe(files);
});
