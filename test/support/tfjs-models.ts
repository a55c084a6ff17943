/** @file Test support: TensorFlow.js models on disk, as our reader and as TensorFlow.js itself take them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs';
import { importTfjs, tfjsShards } from '../../src/lib/import/tfjs/tfjs';

/** A model's text and its shards by path. */
export interface ModelFiles {
  readonly json: string;
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

/** Reads `model.json` and every shard it names. */
export function modelFiles(folder: string): ModelFiles {
  const json = readFileSync(join(folder, 'model.json'), 'utf8');
  const paths = tfjsShards(json) ?? [];
  return { json, shards: new Map(paths.map((path) => [path, new Uint8Array(readFileSync(join(folder, path)))])) };
}

/** The model as our table; fails the test with the issues. */
export function importedOf({ json, shards }: ModelFiles, name: string) {
  const result = importTfjs(json, shards, name);
  if (result.kind === 'bad') throw new Error(JSON.stringify(result.issues));
  return result;
}

/** What TensorFlow.js loads the model from. */
export function artifactsOf({ json, shards }: ModelFiles): io.ModelArtifacts {
  const model = JSON.parse(json) as io.ModelJSON;
  const weights = new Uint8Array([...shards.values()].reduce((sum, bytes) => sum + bytes.length, 0));
  let at = 0;
  for (const bytes of shards.values()) {
    weights.set(bytes, at);
    at += bytes.length;
  }
  return {
    modelTopology: model.modelTopology,
    weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer
  };
}
