/** @file 8-bit weights among floats: what LiteRT.js really multiplies in 8 bits, how far off it is, and what the file weighs. */
import { describe, expect, test } from 'vitest';
import { deploy } from '../../src/lib/export/deploy';
import { dynamicShare } from '../../src/lib/export/dynamic-share';
import { activationScale } from '../../src/lib/export/quantize/activations';
import { rangeOf } from '../../src/lib/export/quantize/histogram';
import { dequantized, quantizedFloats } from '../../src/lib/export/quantize/rounding';
import { decibels, Noise } from '../../src/lib/export/quantize/signal';
import { openSimulator } from '../../src/lib/export/quantize/simulate';
import { quantizeWeights } from '../../src/lib/export/quantize/weights';
import {
  hasWeights,
  multipliesDynamically,
  scaledFilters,
  type LiteGraph,
  type LiteNode
} from '../../src/lib/export/tflite/lite-graph';
import { lowerLite } from '../../src/lib/export/tflite/lower';
import { toTflite } from '../../src/lib/export/tflite/tflite';
import type { LiteWeights } from '../../src/lib/export/tflite/weights';
import { answered, smallPreset } from '../support/export-networks';
import { drawCase, nodeDraws } from '../support/quantize-cases';
import { liteRtHere } from '../support/runtimes';

async function run(graph: LiteGraph, weights: LiteWeights, image: Float32Array) {
  const file = toTflite(graph, { kind: 'float', weights });
  const model = await (await liteRtHere()).open(file, graph.input);
  const found = await model.run(image, 1);
  const { accelerated } = model;
  model.dispose();
  return { data: found.at(-1)?.data ?? new Float32Array(), accelerated, bytes: file.length };
}

function snr(wanted: Float32Array, found: Float32Array): number {
  const noise = new Noise();
  noise.add(wanted, found);
  return decibels(noise.share) ?? Infinity;
}

/** A node whose weights have been 8-bit. */
function rounded(node: LiteNode): LiteNode {
  if (!hasWeights(node) || !multipliesDynamically(node)) return node;
  const { data, scale } = quantizeWeights(node.weight.data, scaledFilters(node));
  const back = Float32Array.from(data, (value, i) => value * (scale[i % scale.length] as number));
  return { ...node, weight: { ...node.weight, data: back } };
}

/** What a node answers in floats to the picture made 8-bit on the grid of its own extremes. */
function asIfDynamic(graph: LiteGraph, image: Float32Array): Float32Array {
  const grid = activationScale(rangeOf(image));
  const names = graph.nodes.map(({ name }) => name);
  const simulator = openSimulator({
    graph: { ...graph, nodes: graph.nodes.map(rounded) },
    plan: new Map(),
    floats: new Set(names)
  });
  return simulator(dequantized(quantizedFloats(image, grid), grid)).real('node');
}

describe.each(['conv', 'dense'] as const)('%s', (kind) => {
  test.each([0, 1, 2, 3, 4, 5])('reads its picture in 8 bits of the picture’s own range: drawing %d', async (seed) => {
    const { graph, image } = drawCase(nodeDraws[kind]!, seed);
    const { data, accelerated } = await run(graph, 'dynamicInt8', image);
    expect(accelerated).toBe(true);
    // Nothing but the last bits of float sums is left between them.
    expect(snr(asIfDynamic(graph, image), data)).toBeGreaterThan(100);
    expect(snr((await run(graph, 'float32', image)).data, data)).toBeLessThan(90);
  });
});

test.each(['depthwise', 'transposedConv'])('weights of %s stay floats', async (kind) => {
  const { graph, image } = drawCase(nodeDraws[kind]!, 3);
  const plain = await run(graph, 'float32', image);
  const { data, bytes, accelerated } = await run(graph, 'dynamicInt8', image);
  expect([[...data], bytes, accelerated]).toEqual([[...plain.data], plain.bytes, true]);
});

test('V3-Small: most weights are 8-bit, all operators fast, less than half of the bytes', async () => {
  const one = await answered(smallPreset('v3-small', { width: 0.35, classes: 10, input: [65, 65, 3] }), 1);
  const graph = lowerLite(deploy(one.arch, one.tensors, { foldNorms: true }), { hardSwish: 'native' });
  const { integers, all } = dynamicShare(graph, multipliesDynamically);
  const plain = await run(graph, 'float32', one.images);
  const { data, bytes, accelerated } = await run(graph, 'dynamicInt8', one.images);
  const share = (100 * integers) / all;
  const print = `${share.toFixed(1)} % of ${all} weights 8-bit, ${snr(plain.data, data).toFixed(1)} dB, ${plain.bytes} → ${bytes} bytes`;
  process.stdout.write(`dynamic 8-bit weights, V3-Small ×0.35: ${print}\n`);
  expect(share).toBeGreaterThan(85);
  expect(accelerated).toBe(true);
  expect(snr(plain.data, data)).toBeGreaterThan(30);
  expect(bytes).toBeLessThan(0.45 * plain.bytes);
});

test('halves of weights and biases are taken by fast kernels, too', async () => {
  const one = await answered(smallPreset('v3-small', { width: 0.35, classes: 10, input: [65, 65, 3] }), 1);
  const graph = lowerLite(deploy(one.arch, one.tensors, { foldNorms: true }), { hardSwish: 'native' });
  const plain = await run(graph, 'float32', one.images);
  const { data, accelerated } = await run(graph, 'float16', one.images);
  expect(accelerated).toBe(true);
  expect(snr(plain.data, data)).toBeGreaterThan(50);
});
