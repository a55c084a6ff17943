import { describe, expect, test } from 'vitest';
import { applyNetworkOptions } from '../arch/options';
import { presetById } from '../arch/presets/catalogue';
import { readOnnxFile } from '../import/onnx/file';
import { readTfliteFile } from '../import/tflite/file';
import { lower } from '../ops/lower';
import { initTensors } from '../weights/init';
import { deploy } from './deploy';
import { dynamicNote, dynamicShare } from './dynamic-share';
import { multipliesIntegers } from './onnx/products';
import { usualOnnx } from './choice';
import { toOnnx } from './onnx/onnx';
import { multipliesDynamically } from './tflite/lite-graph';
import { lowerLite } from './tflite/lower';
import { toTflite } from './tflite/tflite';

const arch = applyNetworkOptions(presetById('v3-small')!.arch, { width: 0.35, classes: 10, input: [32, 32, 3] });
const graph = deploy(arch, initTensors(lower(arch), 1), { foldNorms: true });
const lite = lowerLite(graph, { hardSwish: 'native' });
const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
const sum = (sizes: readonly number[]): number => sizes.reduce((total, one) => total + one, 0);
/** Every product with weights, counted in the table. */
const weights = sum(graph.nodes.map((node) => ('weight' in node ? node.weight.data.length : 0)));

describe('the share of V3-Small ×0.35', () => {
  test('as .tflite is what the file holds as bytes: depthwise filters are floats', () => {
    const share = dynamicShare(lite, multipliesDynamically);
    const { tensors } = readTfliteFile(toTflite(lite, { kind: 'float', weights: 'dynamicInt8' }), 'a.tflite');
    const held = tensors.filter(({ type, bytes }) => type === 'int8' && bytes.length > 0);
    expect(share).toEqual({
      integers: sum(held.map(({ bytes }) => bytes.length)),
      all: weights,
      floats: ['depthwise']
    });
    expect(share.integers).toBeLessThan(weights);
  });

  test('as .onnx is all there is', () => {
    const share = dynamicShare(graph, multipliesIntegers);
    const { constants } = readOnnxFile(toOnnx(graph, { ...usualOnnx, weights: 'dynamicInt8' }), 'a.onnx');
    const held = [...constants.values()].filter(({ type }) => type === 'int8');
    expect(share).toEqual({ integers: sum(held.map(({ dims }) => size(dims))), all: weights, floats: [] });
    expect(share.integers).toBe(weights);
  });
});

test('a transposed convolution stays in floats in both', () => {
  const node = { kind: 'transposedConv', weight: { data: new Float32Array(12) } };
  expect(dynamicShare({ nodes: [node] }, multipliesIntegers)).toEqual({ integers: 0, all: 12, floats: [node.kind] });
  expect(dynamicShare({ nodes: [node] }, multipliesDynamically).integers).toBe(0);
});

test.each([
  [
    { integers: 2_100_000, all: 2_500_000, floats: ['depthwise'] },
    '2,100,000 of 2,500,000 weights (84.0 %) are in 8 bits; floats: depthwise filters'
  ],
  [
    { integers: 2_499_990, all: 2_500_000, floats: ['transposedConv'] },
    '2,499,990 of 2,500,000 weights (99.9996 %) are in 8 bits; floats: transposed convolutions'
  ],
  [{ integers: 120, all: 120, floats: [] }, 'all 120 weights are in 8 bits']
] as const)('%j in words', (share, words) => expect(dynamicNote(share)).toBe(words));
