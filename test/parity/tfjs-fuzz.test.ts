/** @file Broken TensorFlow.js models become issues, never an exception and never a wait. */
import { beforeAll, describe, expect, test } from 'vitest';
import { importTfjs } from '../../src/lib/import/tfjs/tfjs';
import type { ModelFiles } from '../support/tfjs-models';
import { tryMutants } from '../support/tfjs-mutants';
import { tinyLayers } from '../support/tiny-layers';
import { tinyCocoSsd, tinyGraph } from '../support/tiny-tfjs';

describe('mutants', () => {
  let layers: ModelFiles;
  beforeAll(async () => {
    layers = (await tinyLayers()).files;
  });
  test.each([
    ['a graph', tinyGraph, 1200],
    ['layers', () => layers, 1200],
    ['coco-ssd', tinyCocoSsd, 300]
  ] as const)('of %s are read whole or refused', { timeout: 180_000 }, (name, model, count) => {
    tryMutants(model(), name, { count, seed: 20_240_501 });
  });

  test('layers nested without end are refused', () => {
    const json = `{"modelTopology":${nested(5000)},"weightsManifest":[]}`;
    expect(importTfjs(json, new Map(), 'deep').kind).toBe('bad');
  });

  test('a chain of a graph that bites its tail is refused', () => {
    const { json, shards } = tinyGraph();
    expect(importTfjs(json.replace('"input":["picture"', '"input":["head/swish"'), shards, 'ring').kind).toBe('bad');
  });
});

function nested(depth: number): string {
  const open = '{"class_name":"Sequential","config":{"name":"one","layers":[';
  return open.repeat(depth) + ']}}'.repeat(depth);
}
