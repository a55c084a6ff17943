/** @file Exported .tflite files run in LiteRT.js and answer what our own engine answers. */
import { describe, expect, test } from 'vitest';
import { answered, dailyCases, smallPreset } from '../support/export-networks';
import { liteGap } from '../support/export-runs';

describe('every kind of network', () => {
  test.each(dailyCases())('$name', async (one) => {
    const { gap, accelerated, graph } = await liteGap(await answered(one));
    expect(gap).toBeLessThanOrEqual(2e-5);
    // No fast kernel averages windows with gaps between them.
    const gaps = graph.nodes.some(
      (node) => node.kind === 'averagePool' && node.stride.some((step, i) => step > node.window[i]!)
    );
    expect(accelerated).toBe(!gaps);
  });
});

const small = await answered(smallPreset('v3-small', { width: 0.35, classes: 10, input: [65, 65, 3] }));

describe('V3-Small', () => {
  test('h-swish as products answers the same', async () => {
    expect((await liteGap(small, undefined, 'products')).gap).toBeLessThanOrEqual(2e-5);
  });

  test.each([
    ['float16', 5e-3],
    ['dynamicInt8', 0.2]
  ] as const)('weights as %s answer close by', async (weights, limit) => {
    const { gap } = await liteGap(small, { kind: 'float', weights });
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(limit);
  });
});
