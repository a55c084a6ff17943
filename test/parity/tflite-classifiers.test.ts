/** @file Parity: quantized ImageNet networks, imported as float tables, against the original files in LiteRT.js. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import type { Network } from '../../src/lib/engine/engine';
import { totalCost } from '../../src/lib/cost/cost';
import { importTflite } from '../../src/lib/import/tflite/tflite';
import { lower } from '../../src/lib/ops/lower';
import { checkTensors } from '../../src/lib/weights/safetensors';
import { runLiteRt, truncated } from '../support/litert-node';
import { pictures, resizedTo } from '../support/pictures';

const NETS = join(process.cwd(), '../shared/data/nets');
const labels = join(NETS, 'imagenet_labels.txt');
const names = existsSync(labels) ? readFileSync(labels, 'utf8').split('\n') : [];

/** Totals of the networks, and where each file keeps its logits: uint8, real value = scale · (stored - zero). */
const files = [
  {
    file: 'mobilenet_v1_0.25_128_quant.tflite',
    side: 128,
    counts: [467_593, 13_570_304],
    logits: { tensor: 87, scale: 0.13083283603191376, zero: 96 }
  },
  {
    file: 'mobilenet_v1_0.5_160_quant.tflite',
    side: 160,
    counts: [1_326_633, 76_525_312],
    logits: { tensor: 87, scale: 0.14645719528198242, zero: 78 }
  }
] as const;

function decibels(reference: ArrayLike<number>, got: ArrayLike<number>): number {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < reference.length; i++) {
    signal += reference[i]! ** 2;
    noise += (reference[i]! - got[i]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

/** Indices of the largest values, largest first. */
const top = (values: ArrayLike<number>, count: number): number[] =>
  Array.from(values, (_, i) => i)
    .toSorted((a, b) => values[b]! - values[a]!)
    .slice(0, count);

/** A table made of the file. */
function imported(bytes: Uint8Array, name: string) {
  const result = importTflite(bytes, name);
  if (result.kind === 'bad') throw new Error(JSON.stringify(result.issues));
  return result;
}

const present = files.filter(({ file }) => existsSync(join(NETS, file)));
const shown = pictures();

test('the networks and pictures are there, or the comparison says it is skipped', () => {
  const missing = files.length - present.length;
  if (missing > 0 || shown.length === 0) console.info(`skipped: ${missing} networks and the pictures are not there`);
  else expect([present.length, shown.length]).toEqual([2, 5]);
  expect(missing === 0 || missing === files.length).toBe(true);
});

describe.each(present)('$file', ({ file, side, counts, logits }) => {
  const bytes = readFileSync(join(NETS, file));
  const { arch, tensors } = imported(bytes, file);
  let network: Network;
  beforeAll(async () => {
    const engine = await openTfjsEngine('wasm', { wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist' });
    network = await engine.createNetwork(arch, tensors, 1);
  });
  afterAll(() => network.dispose());

  test('becomes a table with exactly its weights', () => {
    expect(checkTensors(arch, tensors)).toEqual([]);
    expect(arch).toMatchObject({ norm: null, convBias: true, classes: 1001, input: [side, side, 3] });
    expect(arch.rows.map(({ kind }) => kind)).toEqual(Array.from({ length: 13 }, () => 'separable'));
    const { params, madds } = totalCost(lower(arch));
    expect([params, madds]).toEqual(counts);
  });

  test.each(shown)(
    '$name: same top-1 as the original, logits at 15 dB or more',
    async (picture) => {
      const input = resizedTo(picture, side, side);
      const shape = [1, side, side, 3];
      const probabilities = await runLiteRt(bytes, input, shape);
      const stored = await runLiteRt(truncated(bytes, logits.tensor), input, shape);
      const original = Float32Array.from(stored, (value) => logits.scale * (value - logits.zero));
      const ours = await network.forward(
        Float32Array.from(input, (value) => (value - 128) / 128),
        1
      );
      const snr = decibels(original, ours);
      const named = (values: ArrayLike<number>): string =>
        top(values, 5)
          .map((index) => names[index])
          .join(' | ');
      console.info(`${picture.name}: ${snr.toFixed(1)} dB\n  original ${named(original)}\n  table    ${named(ours)}`);
      expect(top(ours, 1)).toEqual(top(original, 1));
      // The softmax of the file is rounded to 256 steps: its maximum may be shared, but ours must be among it.
      expect(probabilities[top(ours, 1)[0]!]).toBe(Math.max(...probabilities));
      expect(snr).toBeGreaterThanOrEqual(15);
    },
    60_000
  );
});
