/** @file Test support: broken TensorFlow.js models by seed, each imported and judged. */
import { expect } from 'vitest';
import { rngOf, type Rng } from '../../src/lib/base/rng';
import { importTfjs, tfjsShards } from '../../src/lib/import/tfjs/tfjs';
import { lower } from '../../src/lib/ops/lower';
import { checkTensors } from '../../src/lib/weights/safetensors';
import type { ModelFiles } from './tfjs-models';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const pick = <T>(rng: Rng, values: readonly T[]): T => values[rng.below(values.length)] as T;

const oddities: readonly Json[] = [
  ...[null, true, false, -1, 0, 1, 2, 0.5, 64, 1e9, 2 ** 31, 2 ** 53, -1e308, '', '0', '-1', 'x', 'SAME'],
  ...[[], {}, [[]], [1, 2, 3, 4], [-1, -1], [1e9, 1e9, 1e9], { list: { i: ['9', '9'] } }, 'constructor', '__proto__']
];

/** Every place of a value: its parent and key. */
function places(value: Json, found: [Json[] | { [key: string]: Json }, string | number][] = []) {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    places((value as { [key: string]: Json })[key] ?? null, found);
  }
  return found;
}

/** One change somewhere in the parsed model: a value replaced, left out, doubled, or exchanged with another. */
function changed(json: string, rng: Rng): string {
  const root = JSON.parse(json) as Json;
  const all = places(root) as [{ [key: string]: Json }, string][];
  for (let times = 1 + rng.below(3); times > 0; times--) {
    const [parent, key] = pick(rng, all);
    const [other, otherKey] = pick(rng, all);
    const way = rng.below(5);
    if (way === 0) parent[key] = pick(rng, oddities);
    else if (way === 1 && Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (way === 1) Reflect.deleteProperty(parent, key);
    else if (way === 2 && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)] ?? null) as never);
    else if (way === 2 && typeof parent[key] === 'number') parent[key] = parent[key] + pick(rng, [-1, 1, 7]);
    else if (way === 3 && typeof other[otherKey] !== 'object') parent[key] = other[otherKey] ?? null;
    else if (typeof parent[key] === 'string') parent[key] = `${parent[key]}${pick(rng, ['x', ':1', '0', '/'])}`;
    else parent[key] = pick(rng, oddities);
  }
  return JSON.stringify(root);
}

/** The text itself cut, or with a letter changed. */
function scratched(json: string, rng: Rng): string {
  const at = rng.below(json.length);
  if (rng.below(3) === 0) return json.slice(0, at);
  return json.slice(0, at) + pick(rng, ['"', '{', ']', '9', '-', 'e', '\u0000', '']) + json.slice(at + 1);
}

/** A shard gone, cut, longer or with other bytes. */
function spoiled(shards: ModelFiles['shards'], rng: Rng): ModelFiles['shards'] {
  return new Map(
    [...shards].flatMap(([path, bytes]): [string, Uint8Array][] => {
      const way = rng.below(4);
      if (way === 0) return [];
      if (way === 1) return [[path, bytes.slice(0, rng.below(bytes.length))]];
      if (way === 2) return [[path, new Uint8Array(bytes.length + 1 + rng.below(9))]];
      return [[path, bytes.map((byte) => (rng.below(50) === 0 ? rng.below(256) : byte))]];
    })
  );
}

function mutated({ json, shards }: ModelFiles, rng: Rng): ModelFiles {
  const way = rng.below(10);
  if (way < 7) return { json: changed(json, rng), shards };
  return way < 9 ? { json: scratched(json, rng), shards } : { json, shards: spoiled(shards, rng) };
}

/** Imports one mutant; what is read must be whole, what is not must say why. */
function tried({ json, shards }: ModelFiles): 'ok' | 'bad' {
  tfjsShards(json);
  const result = importTfjs(json, shards, 'mutant');
  if (result.kind === 'ok') {
    expect(checkTensors(result.arch, result.tensors)).toEqual([]);
    expect(lower(result.arch).length).toBeGreaterThan(0);
  } else {
    expect(result.issues.length).toBeGreaterThan(0);
    for (const { message } of result.issues) expect(message).not.toBe('');
  }
  return result.kind;
}

/** Imports the model and `count` mutants of it: each is read whole or refused with a reason, none waits. */
export function tryMutants(original: ModelFiles, name: string, { count, seed }: { count: number; seed: number }): void {
  expect(tried(original)).toBe('ok');
  const rng = rngOf(seed).fork(name);
  const outcomes = { ok: 0, bad: 0 };
  let slowest = 0;
  for (let i = 0; i < count; i++) {
    const mutant = mutated(original, rng.fork(i));
    const start = performance.now();
    outcomes[tried(mutant)] += 1;
    slowest = Math.max(slowest, performance.now() - start);
  }
  console.info(
    `${count} mutants of ${name}: ${outcomes.ok} read, ${outcomes.bad} refused, slowest ${slowest.toFixed(0)} ms`
  );
  expect(outcomes.bad).toBeGreaterThan(count / 4);
  expect(slowest).toBeLessThan(5000);
}
