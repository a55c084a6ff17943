/** @file Many more broken files than the daily tests read, with other seeds: each is read whole or refused. */
import { describe, test } from 'vitest';
import { busyFile, ownFile, tryMutants as tryOnnx } from '../support/onnx-mutants';
import { smallFile, tryMutants as tryTflite } from '../support/tflite-mutants';
import { tryMutants as tryTfjs } from '../support/tfjs-mutants';
import { tinyLayers } from '../support/tiny-layers';
import { tinyCocoSsd, tinyGraph } from '../support/tiny-tfjs';

const seed = 20_261_122;

test('10,000 broken .tflite files', () => {
  tryTflite(smallFile().file, { numRuns: 10_000, seed });
});

describe('12,000 broken .onnx files', () => {
  test('6,000 as we write them', () => {
    tryOnnx(ownFile(), { numRuns: 6000, seed });
  });

  test('6,000 that ask for much to be worked out', () => {
    tryOnnx(busyFile(), { numRuns: 6000, seed });
  });
});

describe('10,000 broken TensorFlow.js models', () => {
  test('4,500 graphs', () => {
    tryTfjs(tinyGraph(), 'a graph', { count: 4500, seed });
  });

  test('4,500 of layers', async () => {
    tryTfjs((await tinyLayers()).files, 'layers', { count: 4500, seed });
  });

  test('1,000 detectors', () => {
    tryTfjs(tinyCocoSsd(), 'coco-ssd', { count: 1000, seed });
  });
});
