/** @file Exported TensorFlow.js graph models are loaded by TensorFlow.js, answer what our own engine answers, and come back as tables. */
import { describe, expect, test } from 'vitest';
import { importTfjs } from '../../src/lib/import/tfjs/tfjs';
import { answered, dailyCases, smallPreset } from '../support/export-networks';
import { tfjsGraphGap, tfjsGraphOf } from '../support/export-runs';

describe('every kind of network', () => {
  test.each(dailyCases())('$name', async (one) => {
    expect(await tfjsGraphGap(await answered(one))).toBeLessThanOrEqual(2e-5);
  });
});

test.each(['v1', 'v2', 'v3-large', 'v3-small'])('%s comes back as the same table', async (id) => {
  const known = await answered(smallPreset(id, { width: 0.35, classes: 10, input: [65, 65, 3] }));
  const { modelJson, weights } = tfjsGraphOf(known);
  const read = importTfjs(modelJson, new Map(weights.map(({ path, bytes }) => [path, bytes])), 'again');
  expect(read.kind === 'ok' ? read.arch.rows : read.issues).toEqual(known.arch.rows);
});
