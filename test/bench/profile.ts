/** @file Benchmarks: where the time of a training step goes, kernel by kernel: node test/bench/run.mjs profile S [--shapes]. */
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { lower } from '../../src/lib/ops/lower';
import { plainClasses } from '../../src/lib/task/objective';
import { initTensors } from '../../src/lib/weights/init';
import { randomBatch } from '../support/small-networks';
import { nesterov } from '../support/updates';
import { networkA, networkS } from './networks';
import { openCore } from './our-peers';

const BATCH = 64;
const arch = process.argv.includes('A') ? networkA : networkS;
const byShape = process.argv.includes('--shapes');
const steps = arch === networkA ? 30 : 300;

/** Calls of one kernel (in one shape) and their time. */
interface Spent {
  calls: number;
  ms: number;
}
const spent = new Map<string, Spent>();

/** Arguments that are sizes, not byte offsets: those below the first byte a network hands out. */
const sizesOf = (args: readonly number[]): string =>
  args.filter((arg) => Number.isInteger(arg) && arg > 0 && arg < 70000).join(' ');

function timed(name: string, kernel: (...args: number[]) => unknown): (...args: number[]) => unknown {
  return (...args) => {
    const begun = performance.now();
    const answer = kernel(...args);
    const took = performance.now() - begun;
    const key = byShape ? `${name} ${sizesOf(args)}` : name;
    const entry = spent.get(key) ?? { calls: 0, ms: 0 };
    entry.calls++;
    entry.ms += took;
    spent.set(key, entry);
    return answer;
  };
}

/** Every kernel of instances made from now on is timed. */
function timeKernels(): void {
  const Plain = WebAssembly.Instance;
  WebAssembly.Instance = class {
    readonly exports: Record<string, unknown>;
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      const { exports } = new Plain(module, imports);
      this.exports = Object.fromEntries(
        Object.entries(exports).map(([name, value]) => [
          name,
          typeof value === 'function' ? timed(name, value as (...args: number[]) => unknown) : value
        ])
      );
    }
  } as unknown as typeof WebAssembly.Instance;
}

const core = await openCore(process.argv.includes('--plain'));
timeKernels();
const network = createSimdNetwork(core, arch, initTensors(lower(arch), 1), BATCH);
const batch = randomBatch(arch, BATCH, 1);
const update = nesterov({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 });
for (let step = 0; step < steps / 10; step++) await network.trainStep(batch, plainClasses, update);
spent.clear();
const begun = performance.now();
for (let step = 0; step < steps; step++) await network.trainStep(batch, plainClasses, update);
const whole = (performance.now() - begun) / steps;
const rows = [...spent].toSorted(([, a], [, b]) => b.ms - a.ms);
const inside = rows.reduce((sum, [, { ms }]) => sum + ms, 0) / steps;
console.log(
  `net ${arch.name}, core ${core.variant} ${core.hash}: ${whole.toFixed(2)} ms a step, ${inside.toFixed(2)} in kernels`
);
for (const [name, { calls, ms }] of rows.slice(0, 40)) {
  const share = ((100 * ms) / steps / inside).toFixed(1);
  console.log(
    `${(ms / steps).toFixed(3).padStart(9)} ms ${share.padStart(5)} % ${String(calls / steps).padStart(5)} calls  ${name}`
  );
}
