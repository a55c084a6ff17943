/** @file Benchmarks: CPU and wall time of one training step, per network and build, and where it goes. */
import { readFileSync } from 'node:fs';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { loadCore } from '../../src/lib/engine/simd/load';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { randomBatch } from '../support/small-networks';
import { networkA, networkS } from './networks';

const BATCH = 64;
const generated = `${process.cwd()}/src/lib/engine/simd/generated`;
const bytesOf = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`${generated}/${name}.wasm`));
const plain = bytesOf('core');
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;

for (const relaxed of [bytesOf('core-relaxed'), new Uint8Array(0)]) {
  const core = await loadCore({ plain, relaxed });
  for (const arch of [networkA, networkS]) {
    const network = createSimdNetwork(core, arch, initTensors(lower(arch), 1), BATCH);
    const batch = randomBatch(arch, BATCH, 1);
    const cpu: number[] = [];
    const wall: number[] = [];
    const steps = arch === networkA ? 12 : 60;
    for (let step = 0; step < steps; step++) {
      const began = performance.now();
      const used = process.cpuUsage();
      await network.trainStep(batch, { learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 });
      const { user, system } = process.cpuUsage(used);
      cpu.push((user + system) / 1000);
      wall.push(performance.now() - began);
    }
    const best = Math.min(...wall).toFixed(1);
    const mebibytes = (network.bytes / 2 ** 20).toFixed(0);
    console.log(
      `${core.variant} ${arch.name}: ${median(cpu).toFixed(1)} CPU-ms, wall ${median(wall).toFixed(1)} (best ${best}) ms/step, ${mebibytes} MiB`
    );
    network.dispose();
  }
}
