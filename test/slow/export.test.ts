/** @file Slow: every network at every padding and size, as ONNX, TensorFlow Lite and TensorFlow.js. */
import { expect, test } from 'vitest';
import { answered, exportCases } from '../support/export-networks';
import { liteGap, onnxGap, tfjsGraphGap } from '../support/export-runs';

test.each(exportCases(60))('$name', async (one) => {
  const known = await answered(one);
  expect(await onnxGap(known)).toBeLessThanOrEqual(2e-5);
  expect((await liteGap(known)).gap).toBeLessThanOrEqual(2e-5);
  expect(await tfjsGraphGap(known)).toBeLessThanOrEqual(2e-5);
});
