/** @file Test support: a V3-Small of half width that knows clothes: how it was trained, and its numbers as halves beside this file. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../../src/lib/arch/architecture';
import { fitTo } from '../../src/lib/arch/fit';
import { applyNetworkOptions } from '../../src/lib/arch/options';
import { presetById } from '../../src/lib/arch/presets/catalogue';
import type { ClassSet } from '../../src/lib/data/dataset';
import { defaultRecipe } from '../../src/lib/engine/recipe';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { train } from '../../src/lib/engine/train';
import { lower } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { halvesOf } from '../../src/lib/weights/half-bits';
import { initTensors } from '../../src/lib/weights/init';
import { readSafetensors } from '../../src/lib/weights/safetensors-format';
import { coreOfTests } from './simd-core';

/** 409,250 params; pictures 28x28x1. */
export function trainedTable(): Architecture {
  const preset = presetById('v3-small');
  if (!preset) throw new Error('test: no preset v3-small');
  const arch = applyNetworkOptions(preset.arch, { width: 0.5, classes: 10, input: [28, 28, 1] });
  return fitTo(arch, [28, 28, 1], 10).arch;
}

/** Trains it anew, so many epochs; gives its numbers and its validation accuracy. */
export async function trainAnew(dataset: ClassSet, epochs: number) {
  const arch = trainedTable();
  const recipe = defaultRecipe({ epochs, batchSize: 64, learningRate: 0.1 });
  const network = createSimdNetwork(await coreOfTests(), arch, initTensors(lower(arch), 1), recipe.batchSize);
  let accuracy = 0;
  for await (const event of train(network, dataset, recipe, { clock: () => performance.now() })) {
    if (event.kind === 'epoch') accuracy = event.validationAccuracy;
  }
  const tensors = await network.read();
  network.dispose();
  return { arch, tensors, accuracy };
}

/** Tensors as a safetensors file of halves. */
export function halfFile(tensors: Tensors): Uint8Array {
  const names = Object.keys(tensors).toSorted();
  let at = 0;
  const header: Record<string, unknown> = {};
  const parts = names.map((name) => {
    const { shape, data } = tensors[name]!;
    const bytes = new Uint8Array(halvesOf(data).buffer);
    header[name] = { dtype: 'F16', shape, data_offsets: [at, (at += bytes.length)] };
    return bytes;
  });
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + padded + at).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(text, 8);
  let to = 8 + padded;
  for (const bytes of parts) {
    file.set(bytes, to);
    to += bytes.length;
  }
  return file;
}

/** Where its numbers lie. */
export const trainedFile = fileURLToPath(new URL('trained-v3-small.safetensors', import.meta.url));

/** Its numbers as they were kept. */
export function trainedTensors(): Tensors {
  const read = readSafetensors(new Uint8Array(readFileSync(trainedFile)));
  if (read.kind !== 'ok') throw new Error('test: the trained network cannot be read');
  return read.tensors;
}
