/** @file Whole networks in 8 bits answer in LiteRT.js what the simulator says, number by number; so do files of bytes and mixed ones. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openSimulator } from '../../src/lib/export/quantize/simulate';
import { gridOf } from '../../src/lib/export/quantize/integer-kernels';
import { toTflite } from '../../src/lib/export/tflite/tflite';
import { answered, exportCases, smallPreset, type Answered } from '../support/export-networks';
import { storedGap } from '../support/quantize-cases';
import { openerFor, quantizedNetwork } from '../support/quantized-networks';

/** Each family, head and a few drawn tables once; the slow tests take all. */
const cases = exportCases(8).filter(
  ({ name }) =>
    /^random|65×65 symmetric|65×65 same$/.test(name) && !/^article-00[1-4]|^v[123][-a-z]* 65×65 same/.test(name)
);

const first = ({ images, count }: Answered): Float32Array => images.slice(0, images.length / count);

test.each(cases)('$name: 0 LSB', async (one) => {
  const network = await answered(one);
  const { quantized } = await quantizedNetwork(network, [network]);
  const { most, all, accelerated } = await storedGap(quantized, first(network));
  expect(all).toBeGreaterThan(0);
  expect(most).toBe(0);
  // LiteRT has no fast kernel for means over windows of bytes.
  expect(accelerated).toBe(!quantized.graph.nodes.some(({ kind }) => kind === 'averagePool'));
  expect(quantized.share.integers).toBe(quantized.share.all);
});

describe('V3-Small', () => {
  let network: Answered;
  beforeAll(async () => {
    network = await answered(smallPreset('v3-small', { width: 0.35, classes: 10, input: [65, 65, 3] }));
  });

  test('a file of bytes reads and gives the same stored numbers, 128 higher', async () => {
    const { quantized } = await quantizedNetwork(network, [network]);
    const { graph, plan, floats } = quantized;
    const picture = Int8Array.from({ length: first(network).length }, (_, i) => ((i * 37) % 256) - 128);
    const model = await openerFor(network.arch)(toTflite(graph, { kind: 'int8', plan, floats, io: 'uint8' }));
    const [found] = await model.run(
      Float32Array.from(picture, (value) => value + 128),
      1
    );
    model.dispose();
    const wanted = openSimulator(quantized)(picture).stored('head.logits');
    expect(Array.from(found?.data ?? [])).toEqual(Array.from(wanted, (value) => value + 128));
    expect(gridOf(plan, '').zeroPoint).not.toBe(gridOf(plan, 'head.logits').zeroPoint);
  });

  test.each([
    { keep: ['stem'] },
    { keep: ['head.logits'] },
    { keep: ['row04.excite', 'row04.scale', 'row05.depthwise', 'row06.add'] }
  ])('$keep in floats: at most 8 LSB', async ({ keep }) => {
    const { quantized } = await quantizedNetwork(network, [network], { keep });
    const { most, accelerated } = await storedGap(quantized, first(network));
    expect(most).toBeLessThanOrEqual(8);
    expect(accelerated).toBe(true);
    expect(quantized.share.integers).toBeLessThan(quantized.share.all);
  });

  test('all layers in floats answer as the float file does', async () => {
    const { float, quantized } = await quantizedNetwork(network, [network]);
    const floats = new Set(float.nodes.map(({ name }) => name));
    const answer = openSimulator({ ...quantized, floats })(first(network)).real('head.logits');
    const wanted = network.answers['head.logits']?.slice(0, answer.length) ?? [];
    answer.forEach((value, i) => expect(Math.abs(value - (wanted[i] ?? NaN))).toBeLessThan(2e-5));
  });
});
