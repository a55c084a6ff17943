/** @file Parity: layers models that we write answer in TensorFlow.js as their tables do, and come back through our reader. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBackend, useBackend } from '../../src/lib/engine/tfjs/backend';
import { toTfjsLayers } from '../../src/lib/export/tfjs/layers-model';
import { importTfjs } from '../../src/lib/import/tfjs/tfjs';
import { lower } from '../../src/lib/ops/lower';
import {
  answersOf,
  casesOf,
  headNetworks,
  picturesOf,
  presetNetworks,
  randomNetworks,
  type FilledNetwork,
  type NetworkCase
} from '../support/source-networks';
import { relativeGap } from '../support/compare';
import { artifactsOf, type ModelFiles } from '../support/tfjs-models';

const limit = 1e-5;

const filesOf = ({ arch, tensors }: Pick<FilledNetwork, 'arch' | 'tensors'>): ModelFiles => {
  const { modelJson, weights } = toTfjsLayers(arch, tensors);
  return { json: modelJson, shards: new Map(weights.map(({ path, bytes }) => [path, bytes])) };
};

const nameOf = ({ name, padding, parity }: NetworkCase): string => `${name} ${padding} ${parity}`;

/** Loads a model and gives its answers to some pictures. */
async function predicted(artifacts: tf.io.ModelArtifacts, one: NetworkCase, pictures: Float32Array) {
  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const [height, width, channels] = one.arch.input;
  const input = tf.tensor4d(pictures, [pictures.length / (height * width * channels), height, width, channels]);
  const answer = model.predict(input);
  const outputs = (Array.isArray(answer) ? answer : [answer]).map((value) => value.dataSync<'float32'>());
  tf.dispose([input, answer]);
  return { model, outputs };
}

/** Largest gap as a share of what is allowed. */
function gapOf(expected: readonly Float32Array[], got: readonly ArrayLike<number>[]): number {
  if (expected.length !== got.length) return Infinity;
  let worst = 0;
  for (const [i, one] of expected.entries()) {
    const other = got[i] ?? [];
    if (one.length !== other.length) return Infinity;
    let [gap, largest] = [0, 1];
    for (const [k, value] of one.entries()) {
      const difference = Math.abs(value - (other[k] ?? NaN));
      if (Number.isNaN(difference)) return Infinity;
      gap = Math.max(gap, difference);
      largest = Math.max(largest, Math.abs(value));
    }
    worst = Math.max(worst, gap / (limit * largest));
  }
  return worst;
}

describe('layers models in TensorFlow.js', () => {
  const cases: NetworkCase[] = [];
  const expected = new Map<string, Float32Array[]>();
  const before = { tensors: 0 };

  beforeAll(async () => {
    await openBackend('wasm', { wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist' });
    useBackend('wasm');
    before.tensors = tf.memory().numTensors;
    cases.push(...[...presetNetworks(), ...headNetworks(), ...randomNetworks(20)].flatMap(casesOf));
    for (const one of cases) expected.set(nameOf(one), answersOf(one, picturesOf(one, 1)));
  }, 120_000);
  afterAll(() => expected.clear());

  test(
    'load without a registered class and answer alike, every network, padding and parity',
    { timeout: 120_000 },
    async () => {
      expect(cases.length).toBeGreaterThan(150);
      const wrong: string[] = [];
      for (const one of cases) {
        const { model, outputs } = await predicted(artifactsOf(filesOf(one)), one, picturesOf(one, 1));
        model.dispose();
        const gap = gapOf(expected.get(nameOf(one)) ?? [], outputs);
        if (!(gap <= 1)) wrong.push(`${nameOf(one)}: ${gap}`);
      }
      expect(wrong).toEqual([]);
      expect(tf.memory().numTensors).toBe(before.tensors);
    }
  );

  test('are saved by TensorFlow.js and loaded again as they were', { timeout: 60_000 }, async () => {
    for (const one of cases.filter(
      ({ name, parity }) => parity === 'odd' && /^(v3-small|lraspp|ssdlite|decoder)$/.test(name)
    )) {
      const pictures = picturesOf(one, 1);
      const { model } = await predicted(artifactsOf(filesOf(one)), one, pictures);
      const saved: tf.io.ModelArtifacts[] = [];
      await model.save(
        tf.io.withSaveHandler(async (artifacts) => {
          saved.push(artifacts);
          return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
        })
      );
      model.dispose();
      const again = await predicted(saved[0] ?? {}, one, pictures);
      again.model.dispose();
      expect(gapOf(expected.get(nameOf(one)) ?? [], again.outputs), nameOf(one)).toBeLessThanOrEqual(1);
    }
    expect(tf.memory().numTensors).toBe(before.tensors);
  });

  test('can be trained further: norms apart, resizes fixed', async () => {
    const [one] = cases.filter(({ name }) => name === 'lraspp');
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifactsOf(filesOf(one!))));
    const trained = new Set(model.trainableWeights.map(({ originalName }) => originalName));
    const own = lower(one!.arch).filter((op) => 'norm' in op && op.norm);
    for (const { id } of own) expect(trained.has(`${id.replaceAll('.', '_')}_bn/gamma`)).toBe(true);
    expect([...trained].filter((name) => /_(rows|columns)\/kernel$/.test(name))).toEqual([]);
    model.dispose();
  });

  test('come back through our reader: the papers and articles as the same ops, what else is read with the same answers', () => {
    const notRead: string[] = [];
    const known = /^(v1|v2|v3-|mnas|article-00[1-4].*(small|003))/;
    for (const one of cases.filter(({ name, parity }) => (known.test(name) ? parity === 'odd' : parity === 'even'))) {
      const { json, shards } = filesOf(one);
      const imported = importTfjs(json, shards, one.name);
      if (imported.kind === 'bad') {
        notRead.push(nameOf(one));
        continue;
      }
      const answers = answersOf(imported, picturesOf(one, 1));
      expect(gapOf(expected.get(nameOf(one)) ?? [], answers), nameOf(one)).toBeLessThanOrEqual(1);
      if (/^(v1|v2|v3-)/.test(one.name)) {
        expect(lower(imported.arch), nameOf(one)).toEqual(lower(one.arch));
        const other = Object.entries(one.tensors).filter(
          ([name, { data }]) => relativeGap(data, imported.tensors[name]?.data ?? []) > 0
        );
        expect(
          other.map(([name]) => name),
          nameOf(one)
        ).toEqual([]);
      }
    }
    expect(notRead.filter((name) => known.test(name))).toEqual([]);
  });
});
