/** @file A trained V3-Small in 8 bits: at most one point of accuracy is lost, by every recipe, and the layers that hurt are found. */
import { beforeAll, describe, expect, test } from 'vitest';
import { correctBiases } from '../../src/lib/export/quantize/bias';
import { layerErrors } from '../../src/lib/export/quantize/layer-error';
import { layerImpacts, type LayerImpact } from '../../src/lib/export/quantize/layer-impact';
import type { RangeMethod } from '../../src/lib/export/quantize/observe';
import type { Quantized } from '../../src/lib/export/quantize/quantize';
import type { PictureBatch } from '../../src/lib/export/quantize/runner';
import type { LiteGraph } from '../../src/lib/export/tflite/lite-graph';
import { bundledPictures } from '../support/bundled-pictures';
import { answerOf, inEightBits, picturesOf, priceOf, printed, type Price } from '../support/judged-network';
import { ended, layersIn, openerFor, quantizedNetwork } from '../support/quantized-networks';
import { trainedTable, trainedTensors } from '../support/trained-network';

const JUDGED = 1000;
const arch = trainedTable();
const open = openerFor(arch);
const layers = layersIn(arch);

let float: LiteGraph;
let byExtremes: Quantized;
let calibration: PictureBatch;
let pictures: PictureBatch;
let wanted: Float32Array;
let labels: Uint8Array;
let inFloats: Price;
const tensors = trainedTensors();

const price = (found: Float32Array): Price => priceOf(found, { wanted, labels, classes: arch.classes });

async function priceIn8Bits(quantized: Quantized, name: string): Promise<Price> {
  const found = price(await answerOf(inEightBits(quantized), pictures, open));
  process.stdout.write(printed(name, found));
  return found;
}

const made = async (method: RangeMethod, keep: readonly string[] = []): Promise<Quantized> =>
  (await quantizedNetwork({ arch, tensors }, [calibration], { method, keep })).quantized;

beforeAll(async () => {
  const dataset = await bundledPictures();
  calibration = picturesOf(dataset, 'train', 32);
  pictures = picturesOf(dataset, 'validation', JUDGED);
  labels = dataset.splits.validation.labels.subarray(0, JUDGED);
  ({ float, quantized: byExtremes } = await quantizedNetwork({ arch, tensors }, [calibration]));
  wanted = await answerOf([float, { kind: 'float', weights: 'float32' }], pictures, open);
  inFloats = price(wanted);
  process.stdout.write(printed('V3-Small ×0.5 in floats', inFloats));
});

test('it has been trained', () => expect(inFloats.accuracy).toBeGreaterThan(85));

function expectCheap({ accuracy, agreement, snrDb }: Price): void {
  expect(accuracy).toBeGreaterThanOrEqual(inFloats.accuracy - 1);
  expect(agreement).toBeGreaterThan(97);
  expect(snrDb).toBeGreaterThan(20);
}

describe('8 bits lose at most one point of accuracy', () => {
  test('by the extremes, as they are and with corrected biases', async () => {
    expectCheap(await priceIn8Bits(byExtremes, 'min/max'));
    const corrected = await ended(correctBiases(byExtremes, [calibration], open));
    expectCheap(await priceIn8Bits(corrected, 'min/max, biases corrected'));
    const seen = await answerOf([float, { kind: 'float', weights: 'float32' }], calibration, open);
    const shiftOf = async (one: Quantized): Promise<number> => {
      const found = await answerOf(inEightBits(one), calibration, open);
      return priceOf(found, { wanted: seen, labels, classes: arch.classes }).shift;
    };
    // On the very pictures it was made for, the mean of every logit is put right.
    expect(await shiftOf(corrected)).toBeLessThan((await shiftOf(byExtremes)) / 4);
  });

  test('by percentiles', async () => {
    expectCheap(await priceIn8Bits(await made({ kind: 'percentile', percent: 99.99 }), '99.99 %'));
  });
});

test('the answer of every layer stays above 15 dB', async () => {
  const some = { images: pictures.images.slice(0, 16 * 784), count: 16 };
  const errors = await ended(layerErrors({ float, quantized: byExtremes, layers }, [some], open));
  expect(errors.map(({ id }) => id)).toEqual(layers);
  for (const { id, snrDb } of errors) expect([id, (snrDb ?? Infinity) > 15]).toEqual([id, true]);
});

test('the layer that hurts most is found, and keeping it in floats helps', async () => {
  const some = { images: pictures.images.slice(0, 24 * 784), count: 24 };
  const ids = layers.filter((id) => /^stem$|^row0[14]|project$|logits$/.test(id));
  const impacts: LayerImpact[] = [];
  for await (const impact of layerImpacts({ float, quantized: byExtremes, layers }, { ids, batches: [some] }, open))
    impacts.push(impact);
  expect(impacts.map(({ id }) => id)).toEqual(ids);
  const [worst] = impacts.toSorted((a, b) => b.noise - a.noise);
  process.stdout.write(`hurts most: ${worst?.id}, alone ${worst?.snrDb?.toFixed(1)} dB\n`);
  const whole = await priceIn8Bits(byExtremes, 'all layers');
  const kept = await priceIn8Bits(await made({ kind: 'minMax' }, [worst?.id ?? '']), `${worst?.id} in floats`);
  expect(kept.snrDb).toBeGreaterThan(whole.snrDb);
});
