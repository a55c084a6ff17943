/** @file Exported ONNX files run in ONNX Runtime Web and answer what our own engine answers. */
import { describe, expect, test } from 'vitest';
import { deploy } from '../../src/lib/export/deploy';
import { opsets, toOnnx, type OnnxOptions } from '../../src/lib/export/onnx/onnx';
import { answered, exportCases, smallPreset, worstGap, type Answered } from '../support/export-networks';
import { onnxHere } from '../support/runtimes';

const plain: OnnxOptions = { opset: 14, batch: 'N', weights: 'float32' };

async function gapOf(one: Answered, options: OnnxOptions, foldNorms = true): Promise<number> {
  const file = toOnnx(deploy(one.arch, one.tensors, { foldNorms }), options);
  const model = await onnxHere().open(file, one.arch.input);
  const found = await model.run(one.images, one.count);
  model.dispose();
  return worstGap(one, found);
}

describe('every kind of network, any number of pictures at once', () => {
  test.each(exportCases())('$name', async (one) => {
    expect(await gapOf(await answered(one), plain)).toBeLessThanOrEqual(2e-5);
  });
});

const small = await answered(smallPreset('v3-small', { width: 0.35, classes: 10, input: [65, 65, 3] }));

describe('V3-Small', () => {
  test.each(opsets.flatMap((opset) => [true, false].map((foldNorms) => ({ opset, foldNorms }))))(
    'opset $opset, norms folded: $foldNorms',
    async ({ opset, foldNorms }) => {
      expect(await gapOf(small, { ...plain, opset, batch: 2 }, foldNorms)).toBeLessThanOrEqual(2e-5);
    }
  );

  test('weights as halves answer within the precision of halves', async () => {
    const gap = await gapOf(small, { ...plain, weights: 'float16' });
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(5e-3);
  });

  test('integers made on the way answer close by', async () => {
    const gap = await gapOf(small, { ...plain, weights: 'dynamicInt8' });
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(0.2);
  });
});
