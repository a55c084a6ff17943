/** @file Parity: small graphs and layers of every operation the readers know answer as TensorFlow.js runs them. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { useBackend } from '../../src/lib/engine/tfjs/backend';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { importTfjs, tfjsShards } from '../../src/lib/import/tfjs/tfjs';
import { checkTensors } from '../../src/lib/weights/safetensors';
import { tinyCocoSsd, tinyGraph } from '../support/tiny-tfjs';
import { tinyLayers } from '../support/tiny-layers';
import { artifactsOf, importedOf, type ModelFiles } from '../support/tfjs-models';

const wave = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i * i * 0.37 + i));

async function oursOf(files: ModelFiles, images: Float32Array): Promise<Float32Array> {
  const { arch, tensors } = importedOf(files, 'tiny');
  expect(checkTensors(arch, tensors)).toEqual([]);
  const network = await (await openTfjsEngine('cpu')).createNetwork(arch, tensors, 1);
  const output = await network.forward(images, 1);
  network.dispose();
  return output;
}

const softmax = (logits: Float32Array): number[] => {
  const powers = [...logits].map((logit) => Math.exp(logit));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};

function expectClose(ours: readonly number[], theirs: ArrayLike<number>): void {
  expect(ours).toHaveLength(theirs.length);
  for (const [i, value] of ours.entries()) expect(Math.abs(value - (theirs[i] ?? 9))).toBeLessThan(1e-5);
}

test('a graph as today’s converter writes it: fused operations, h-swish in pieces, squeeze-and-excite', async () => {
  const files = tinyGraph();
  const { arch, notes } = importedOf(files, 'tiny');
  expect(arch.stem).toEqual({ kernel: 3, nl: 'hardSwish', stride: 2, out: 8 });
  expect(arch.rows).toMatchObject([
    { kind: 'bneck', expSize: 8, out: 8, stride: 2, nl: 'relu', se: { channels: 4, gate: 'hardSigmoid' } },
    { kind: 'bneck', expSize: 24, out: 8, stride: 1, nl: 'relu6', se: null, shortcut: 'identity' }
  ]);
  expect(arch.head).toMatchObject({ kind: 'classifier', conv: { out: 16, nl: 'hardSwish' }, hidden: null });
  expect(notes.join()).toContain('softmax');
  const images = wave(32 * 32 * 3);
  const ours = await oursOf(files, images);
  useBackend('cpu');
  const original = tf.loadGraphModelSync(tf.io.fromMemorySync(artifactsOf(files)));
  const answer = original.predict(tf.tensor4d(images, [1, 32, 32, 3])) as tf.Tensor;
  const theirs = answer.dataSync();
  expect(Math.max(...theirs) - Math.min(...theirs)).toBeGreaterThan(0.01);
  expectClose(softmax(ours), theirs);
});

test('layers with biases, activations of their own, a shortcut and a nested model', async () => {
  const { files, model } = await tinyLayers();
  const { arch } = importedOf(files, 'layers');
  expect(arch.norm).toEqual({ epsilon: 1e-3, momentum: 0.9 });
  const images = wave(24 * 32 * 3);
  const ours = await oursOf(files, images);
  useBackend('cpu');
  const theirs = (model.predict(tf.tensor4d(images, [1, 24, 32, 3])) as tf.Tensor).dataSync();
  expect(Math.max(...theirs) - Math.min(...theirs)).toBeGreaterThan(0.01);
  expectClose(softmax(ours), theirs);
});

test('coco-ssd of a sixteenth of the channels is a detector of the same rows', () => {
  const { arch } = importedOf(tinyCocoSsd(), 'tiny');
  expect(arch.rows).toHaveLength(17);
  expect(arch.head).toMatchObject({ kind: 'ssdlite', tap: 13, conv: { out: 80 } });
});

describe('what cannot be read is named', () => {
  const { json, shards } = tinyGraph();
  const wrong = (change: (text: string) => string) => importTfjs(change(json), shards, 'wrong');
  test.each([
    ['an operation no table has', (text: string) => text.replace('"Relu6"', '"Selu"'), 'stem/swish/gate/relu6'],
    ['a shard of another name', (text: string) => text.replace('group1-shard1of1.bin', 'other.bin'), 'other.bin'],
    ['a tensor of another size', (text: string) => text.replace('"shape":[3,3,3,8]', '"shape":[3,3,3,9]'), 'group1'],
    ['an unknown type of numbers', (text: string) => text.replace('"dtype":"float32"', '"dtype":"complex64"'), 'three'],
    ['a missing input', (text: string) => text.replace('["one/depthwise","axes"]', '["nowhere","axes"]'), 'nowhere'],
    ['a text that is no JSON', (text: string) => text.slice(1), 'model.json'],
    ['channels before pixels', (text: string) => text.replace('"TkhXQw=="', '"TkNIVw=="'), 'stem']
  ])('%s', (_, change, where) => {
    const result = wrong(change);
    expect(result.kind).toBe('bad');
    expect(result.kind === 'bad' && result.issues.map((issue) => `${issue.path} ${issue.message}`).join()).toContain(
      where
    );
  });

  test('the shards a model names; none where the text is no model', () => {
    expect(tfjsShards(json)).toEqual(['group1-shard1of1.bin']);
    expect(tfjsShards('{"rows":[]}')).toBeNull();
    expect(tfjsShards('rows')).toBeNull();
  });
});
