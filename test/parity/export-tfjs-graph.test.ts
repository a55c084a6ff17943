/** @file Exported TensorFlow.js graph models are loaded by TensorFlow.js, answer what our own engine answers, and come back as tables. */
import { io, loadGraphModel, setBackend, tensor } from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { deploy } from '../../src/lib/export/deploy';
import { toTfjsGraph, type TfjsGraphModel } from '../../src/lib/export/tfjs/graph-model';
import { lowerLite } from '../../src/lib/export/tflite/lower';
import { importTfjs } from '../../src/lib/import/tfjs/tfjs';
import { answered, exportCases, smallPreset, worstGap, type Answered } from '../support/export-networks';

beforeAll(async () => {
  setWasmPaths('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  await setBackend('wasm');
});

function modelOf({ arch, tensors }: Answered): TfjsGraphModel {
  return toTfjsGraph(lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'products' }));
}

async function load({ modelJson, weights }: TfjsGraphModel) {
  const { weightsManifest, ...model } = JSON.parse(modelJson) as io.ModelJSON;
  const weightSpecs = weightsManifest.flatMap(({ weights: specs }) => specs);
  const whole = new Uint8Array(weights.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of weights) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return loadGraphModel(io.fromMemory({ ...model, weightSpecs, weightData: whole.buffer }));
}

describe('every kind of network', () => {
  test.each(exportCases())('$name', async (one) => {
    const known = await answered(one);
    const model = await load(modelOf(known));
    const given = tensor(known.images, [known.count, ...one.arch.input]);
    const found = model.execute(given, Object.keys(known.answers));
    const answers = [found].flat().map((value, i) => ({
      name: Object.keys(known.answers)[i]!,
      data: value.dataSync() as Float32Array
    }));
    expect(worstGap(known, answers)).toBeLessThanOrEqual(2e-5);
    [given, ...[found].flat()].forEach((value) => value.dispose());
    model.dispose();
  });
});

test.each(['v1', 'v2', 'v3-large', 'v3-small'])('%s comes back as the same table', async (id) => {
  const known = await answered(smallPreset(id, { width: 0.35, classes: 10, input: [65, 65, 3] }));
  const { modelJson, weights } = modelOf(known);
  const read = importTfjs(modelJson, new Map(weights.map(({ path, bytes }) => [path, bytes])), 'again');
  expect(read.kind === 'ok' ? read.arch.rows : read.issues).toEqual(known.arch.rows);
});
