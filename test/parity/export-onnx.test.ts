/** @file Exported ONNX files run in ONNX Runtime Web and answer what our own engine answers. */
import { describe, expect, test } from 'vitest';
import { opsets } from '../../src/lib/export/onnx/onnx';
import { answered, dailyCases, smallPreset } from '../support/export-networks';
import { onnxGap, plainOnnx } from '../support/export-runs';

describe('every kind of network, any number of pictures at once', () => {
  test.each(dailyCases())('$name', async (one) => {
    expect(await onnxGap(await answered(one))).toBeLessThanOrEqual(2e-5);
  });
});

const small = await answered(smallPreset('v3-small', { width: 0.35, classes: 10, input: [65, 65, 3] }));

describe('V3-Small', () => {
  test.each(opsets.flatMap((opset) => [true, false].map((foldNorms) => ({ opset, foldNorms }))))(
    'opset $opset, norms folded: $foldNorms',
    async ({ opset, foldNorms }) => {
      expect(await onnxGap(small, { ...plainOnnx, opset, batch: 2 }, foldNorms)).toBeLessThanOrEqual(2e-5);
    }
  );

  test('weights as halves answer within the precision of halves', async () => {
    const gap = await onnxGap(small, { ...plainOnnx, weights: 'float16' });
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(5e-3);
  });

  test('integers made on the way answer close by', async () => {
    const gap = await onnxGap(small, { ...plainOnnx, weights: 'dynamicInt8' });
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(0.2);
  });
});
