/** @file Parity: the person-segmentation network of npm, imported as encoder rows and decoder, against LiteRT.js. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Network } from '../../src/lib/engine/engine';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { totalCost } from '../../src/lib/cost/cost';
import { importTflite } from '../../src/lib/import/tflite/tflite';
import { lower } from '../../src/lib/ops/lower';
import { checkTensors } from '../../src/lib/weights/safetensors';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { runLiteRt, truncated } from '../support/litert-node';
import { pictures, resizedTo } from '../support/pictures';

const bytes = readFileSync('node_modules/@mediapipe/selfie_segmentation/selfie_segmentation.tflite');
const side = 256;

/** The map the file's own operator reads, and the operators before it, which LiteRT knows. */
const before = { tensor: 245, operators: 244 };

function imported() {
  const result = importTflite(bytes, 'selfie_segmentation');
  if (result.kind === 'bad') throw new Error(JSON.stringify(result.issues));
  return result;
}

/** Differences of neighbours within the 2x2 blocks of a mask: large where the blocks are turned the wrong way. */
function roughness(mask: ArrayLike<number>): number {
  let sum = 0;
  for (let y = 1; y < side; y++) {
    for (let x = 1; x < side; x++) {
      const at = y * side + x;
      sum += (mask[at]! - mask[at - 1]!) ** 2 + (mask[at]! - mask[at - side]!) ** 2;
    }
  }
  return sum;
}

/** The weight of the transposed convolution with the rows (1) and columns (2) of its 2x2 window the other way round. */
function flipped(tensors: Tensors, ways: number): Tensors {
  const { shape, data } = tensors['head.mask.weight']!;
  const channels = shape[2]!;
  const turned = data.map(
    (_, i) => data[(Math.floor(i / channels) ^ ((ways & 1) * 2 + (ways >> 1))) * channels + (i % channels)]!
  );
  return { ...tensors, 'head.mask.weight': { shape, data: turned } };
}

/** The last two operators in float64: 2x2 transposed convolution of stride 2 with bias, then logistic. */
function maskOf(map: ArrayLike<number>, tensors: Tensors): Float64Array {
  const half = side / 2;
  const weight = tensors['head.mask.weight']!;
  const bias = tensors['head.mask.bias']!.data[0]!;
  const channels = weight.shape[2]!;
  const mask = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = bias;
      for (let c = 0; c < channels; c++) {
        sum += map[((y >> 1) * half + (x >> 1)) * channels + c]! * weight.data[((y & 1) * 2 + (x & 1)) * channels + c]!;
      }
      mask[y * side + x] = 1 / (1 + Math.exp(-sum));
    }
  }
  return mask;
}

describe('selfie_segmentation.tflite', () => {
  const { arch, tensors } = imported();

  test('becomes eight rows and a decoder with exactly its weights', () => {
    expect(checkTensors(arch, tensors)).toEqual([]);
    expect(arch.stem).toEqual({ kernel: 3, nl: 'hardSwish', stride: 2, out: 16 });
    expect(arch.rows.map((row) => row.kind === 'bneck' && [row.kernel, row.expSize, row.out, row.stride])).toEqual([
      [3, 16, 16, 2],
      [3, 72, 24, 2],
      [3, 88, 24, 1],
      [5, 96, 32, 2],
      [5, 128, 32, 1],
      [5, 128, 32, 1],
      [5, 96, 32, 1],
      [5, 96, 32, 1]
    ]);
    expect(arch.head).toMatchObject({ kind: 'decoder', filters: 128, gate: 'sigmoid', out: 'sigmoid' });
    const ops = lower(arch);
    const all = totalCost(ops);
    const mask = totalCost(ops.filter(({ kind }) => kind === 'transposedConv'));
    console.info(`${all.params} params, ${all.madds} multiply-adds; the mask's own: ${mask.params}, ${mask.madds}`);
    // The network is published as 106,336 parameters and 58.17 M: what the file's own last operator does not count.
    expect([all.params, all.madds]).toEqual([106_401, 59_215_744]);
    expect([all.params - mask.params, all.madds - mask.madds]).toEqual([106_336, 58_167_168]);
  });

  describe.runIf(pictures().length > 0)('on real pictures', () => {
    let network: Network;
    beforeAll(async () => {
      const engine = await openTfjsEngine('wasm', { wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist' });
      network = await engine.createNetwork(arch, tensors, 1);
    });
    afterAll(() => network.dispose());

    test.each(pictures())(
      '$name: the mask of the original file',
      async (picture) => {
        const input = Float32Array.from(resizedTo(picture, side, side), (value) => value / 255);
        const map = await runLiteRt(truncated(bytes, before.tensor, before.operators), input, [1, side, side, 3]);
        const original = maskOf(map, tensors);
        const ours = await network.forward(input, 1);
        expect(ours).toHaveLength(side * side);
        const gap = original.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[i]!)), 0);
        const share = ours.filter((value) => value > 0.5).length / ours.length;
        console.info(
          `${picture.name}: largest difference ${gap.toExponential(1)}, person ${(100 * share).toFixed(1)} %`
        );
        expect(gap).toBeLessThanOrEqual(1e-3);
        const others = [1, 2, 3].map((ways) => roughness(maskOf(map, flipped(tensors, ways))));
        expect(roughness(original)).toBeLessThan(Math.min(...others));
        if (picture.name !== 'grace_hopper.png') return;
        // She fills the middle of the picture; its upper corners are background.
        expect(share).toBeGreaterThan(0.3);
        expect(share).toBeLessThan(0.8);
        expect(ours[128 * side + 128]).toBeGreaterThan(0.9);
        expect(ours[4 * side + 4]).toBeLessThan(0.1);
      },
      60_000
    );
  });
});
