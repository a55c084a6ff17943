/** @file Networks of every kind against PyTorch, from numbers that come along: the whole way from preset to logits. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyNetworkOptions, type NetworkChange } from '../../src/lib/arch/options';
import { presetById } from '../../src/lib/arch/presets/catalogue';
import type { Engine } from '../../src/lib/engine/engine';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { goldenInput, goldenTensors } from '../../src/lib/weights/golden-weights';
import { coreOfTests } from '../support/simd-core';

interface Pass {
  /** As PyTorch has it: pictures, channels, height, width, or pictures and classes. */
  readonly shape: readonly number[];
  /** Every how manyth number is listed. */
  readonly every: number;
  readonly values: readonly number[];
}

interface Case {
  readonly preset: string;
  readonly change: NetworkChange;
  readonly shape: readonly [count: number, channels: number, height: number, width: number];
  readonly symmetric: Pass;
  readonly same: Pass;
}

const file = new URL('../support/pytorch-forward.json', import.meta.url);
const { seed, networks } = JSON.parse(readFileSync(file, 'utf8')) as { seed: number; networks: readonly Case[] };

const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  'tfjs wasm': () => openTfjsEngine('wasm', { wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist' }),
  simd: async () => openSimdEngine(await coreOfTests())
};

/** Where number i of a [n, c, h, w] map lies in ours, [n, h, w, c]. */
function placeOf(i: number, [, channels = 1, height = 1, width = 1]: readonly number[]): number {
  const pixels = height * width;
  const at = i % (pixels * channels);
  return i - at + (at % pixels) * channels + Math.floor(at / pixels);
}

const runs = networks.flatMap((network) =>
  (['symmetric', 'same'] as const).flatMap((padding) =>
    Object.keys(engines).map((engine) => ({ name: network.preset, network, padding, engine }))
  )
);

test.each(runs)('$name with $padding padding on $engine', async ({ network, padding, engine }) => {
  const preset = presetById(network.preset);
  if (!preset) throw new Error(`preset ${network.preset}: must exist`);
  const [count, channels, height, width] = network.shape;
  const input = [height, width, channels] as const;
  const arch = applyNetworkOptions(preset.arch, { ...network.change, input, padding });
  const built = await (
    await engines[engine]!()
  ).createNetwork(arch, goldenTensors(arch, seed, { batch: count }), count);
  const answer = await built.forward(goldenInput([count, height, width, channels], seed), count);
  built.dispose();
  const { shape, every, values } = network[padding];
  expect(answer.length).toBe(shape.reduce((a, b) => a * b, 1));
  const scale = Math.max(...answer.map(Math.abs));
  const gaps = values.map((value, i) => Math.abs((answer[placeOf(i * every, shape)] ?? NaN) - value));
  expect(Math.max(...gaps) / scale).toBeLessThan(1e-5);
});
