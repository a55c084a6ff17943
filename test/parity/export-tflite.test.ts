/** @file Exported .tflite files run in LiteRT.js and answer what our own engine answers. */
import { describe, expect, test } from 'vitest';
import { deploy } from '../../src/lib/export/deploy';
import { lowerLite, type LiteLowering } from '../../src/lib/export/tflite/lower';
import { toTflite, type LiteOptions } from '../../src/lib/export/tflite/tflite';
import { answered, exportCases, smallPreset, worstGap, type Answered } from '../support/export-networks';
import { liteRtHere } from '../support/runtimes';

const plain: LiteOptions = { kind: 'float', weights: 'float32' };

async function run(one: Answered, options: LiteOptions, hardSwish: LiteLowering['hardSwish'] = 'native') {
  const graph = lowerLite(deploy(one.arch, one.tensors, { foldNorms: true }), { hardSwish });
  const model = await (await liteRtHere()).open(toTflite(graph, options), one.arch.input);
  const found = await model.run(one.images, one.count);
  const { accelerated } = model;
  model.dispose();
  return { gap: worstGap(one, found), accelerated, graph };
}

describe('every kind of network', () => {
  test.each(exportCases())('$name', async (one) => {
    const { gap, accelerated, graph } = await run(await answered(one), plain);
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
    expect((await run(small, plain, 'products')).gap).toBeLessThanOrEqual(2e-5);
  });

  test.each([
    ['float16', 5e-3],
    ['dynamicInt8', 0.2]
  ] as const)('weights as %s answer close by', async (weights, limit) => {
    const { gap } = await run(small, { kind: 'float', weights });
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(limit);
  });
});
