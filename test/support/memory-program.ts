/** @file Test support: trains 500 steps, then builds and disposes of 50 networks, on one engine; prints what memory did. Needs --expose-gc. */
import { env } from '@tensorflow/tfjs';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { Engine } from '../../src/lib/engine/engine';
import { createSimdNetwork, openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { lower } from '../../src/lib/ops/lower';
import { plainClasses } from '../../src/lib/task/objective';
import { initTensors } from '../../src/lib/weights/init';
import { networkS } from '../bench/networks';
import { coreHere } from './core-here';
import { bneck, randomBatch } from './small-networks';
import type { Held, MemoryReport } from './memory-report';
import { countMemories, memories, resident, settle, tensorsHeld } from './memory-watch';
import { nesterov } from './updates';

const STEPS = 500;
const CYCLES = 50;
const BATCH = 4;

countMemories();

const opening: Readonly<Record<string, () => Promise<Engine>>> = {
  simd: async () => openSimdEngine(await coreHere()),
  tfjs: () => openTfjsEngine('wasm', { wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist/' })
};

const kind = process.argv[2] ?? '';
env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
const engine = await opening[kind]?.();
if (!engine) throw new Error(`engine: must be simd or tfjs, got ${kind}`);
/** Small, with a norm, a gate and a shortcut: what leaks does so once for each op, whatever its size. */
const arch: Architecture = { ...networkS, input: [8, 8, 1], rows: [bneck(3, 16, 8, 4, 'hardSwish', 1)] };
const tensors = initTensors(lower(arch), 1);
const batch = randomBatch(arch, BATCH, 1);
const update = nesterov({ learningRate: 0.01, momentum: 0.9 });

/** What the engine holds at a moment. */
const held = (bytes: number): Held =>
  kind === 'simd' ? { bytes, tensors: 0, tensorBytes: 0 } : { bytes, ...tensorsHeld() };

const simd = kind === 'simd' ? createSimdNetwork(await coreHere(), arch, tensors, BATCH) : null;
const network = simd ?? (await engine.createNetwork(arch, tensors, BATCH));
await network.trainStep(batch, plainClasses, update);
await network.forward(batch.images, BATCH);
const before = held(simd?.bytes ?? 0);
await settle();
const rssBefore = resident();
for (let step = 0; step < STEPS; step++) await network.trainStep(batch, plainClasses, update);
await network.forward(batch.images, BATCH);
const after = held(simd?.bytes ?? 0);
await settle();
const rssAfter = resident();
network.dispose();

const cycle = async (): Promise<void> => {
  const one = await engine.createNetwork(arch, tensors, BATCH);
  await one.trainStep(batch, plainClasses, update);
  one.dispose();
};
for (let i = 0; i < 10; i++) await cycle();
await settle();
const cyclesBefore = held(0);
const cycleRssBefore = resident();
for (let i = 0; i < CYCLES; i++) await cycle();
await settle();
const report: MemoryReport = {
  steps: { before, after, rssGrowth: rssAfter - rssBefore },
  cycles: {
    before: cyclesBefore,
    after: held(0),
    rssGrowth: resident() - cycleRssBefore,
    ...memories()
  }
};
process.stdout.write(JSON.stringify(report));
