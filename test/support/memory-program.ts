/** @file Test support: trains 500 steps, then builds and disposes of 50 networks, on one engine; prints what memory did. Needs --expose-gc. */
import { env, memory } from '@tensorflow/tfjs';
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
import { nesterov } from './updates';

const STEPS = 500;
const CYCLES = 50;
const BATCH = 4;

/** Wasm memories made, and those that were given back: they live outside the heap that --expose-gc shows. */
let made = 0;
let collected = 0;
const registry = new FinalizationRegistry(() => (collected += 1));
const Original = WebAssembly.Memory;
WebAssembly.Memory = class extends Original {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    made += 1;
    registry.register(this, made);
  }
};

/** Collects until nothing more is found: finalisers run between two tasks. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

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
const held = (bytes: number): Held => {
  if (kind === 'simd') return { bytes, tensors: 0, tensorBytes: 0 };
  const { numTensors, numBytes } = memory();
  return { bytes, tensors: numTensors, tensorBytes: numBytes };
};

const simd = kind === 'simd' ? createSimdNetwork(await coreHere(), arch, tensors, BATCH) : null;
const network = simd ?? (await engine.createNetwork(arch, tensors, BATCH));
await network.trainStep(batch, plainClasses, update);
await network.forward(batch.images, BATCH);
const before = held(simd?.bytes ?? 0);
await settle();
const rssBefore = process.memoryUsage().rss;
for (let step = 0; step < STEPS; step++) await network.trainStep(batch, plainClasses, update);
await network.forward(batch.images, BATCH);
const after = held(simd?.bytes ?? 0);
await settle();
const rssAfter = process.memoryUsage().rss;
network.dispose();

const cycle = async (): Promise<void> => {
  const one = await engine.createNetwork(arch, tensors, BATCH);
  await one.trainStep(batch, plainClasses, update);
  one.dispose();
};
for (let i = 0; i < 10; i++) await cycle();
await settle();
const cyclesBefore = held(0);
const cycleRssBefore = process.memoryUsage().rss;
for (let i = 0; i < CYCLES; i++) await cycle();
await settle();
const report: MemoryReport = {
  steps: { before, after, rssGrowth: mebibytes(rssAfter - rssBefore) },
  cycles: {
    before: cyclesBefore,
    after: held(0),
    rssGrowth: mebibytes(process.memoryUsage().rss - cycleRssBefore),
    memoriesMade: made,
    memoriesLeft: made - collected
  }
};
process.stdout.write(JSON.stringify(report));
