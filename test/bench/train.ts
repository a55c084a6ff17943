/** @file Benchmarks: CPU time of one training step, 64 pictures, one thread: the core, PyTorch, TensorFlow.js, turn by turn in one run. */
import type { Architecture } from '../../src/lib/arch/architecture';
import { describeMachine, keepResult } from './machine';
import { networkA, networkS } from './networks';
import { coreAsPeer, openCore, serveCore, tfjsAsPeer } from './our-peers';
import { interleave, type Peer, type Turns } from './peer';
import { openTorch, torchVersion, type Layout } from './torch-peer';

const BATCH = 64;
const json = process.argv.includes('--json');
const onlyPlain = process.argv.includes('--plain');

/** What a network's peers may cost: turns of the fast ones and of TensorFlow.js wasm, and the pictures cpu is given. */
interface Patience {
  readonly fast: Turns;
  readonly wasm: Turns;
  readonly pictures: number;
}

/** CPU ms of a step by peer; null: not available here. */
interface Row {
  readonly network: string;
  readonly peer: string;
  readonly cpuMs: number | null;
  readonly note: string;
}

interface Measured {
  readonly rows: readonly Row[];
  readonly ratios: Readonly<Record<string, number | null>>;
  readonly memoryMb: number;
}

const serving = process.argv.includes('--serve');
const torch = serving ? null : torchVersion();
const main = await openCore(onlyPlain);
const cores = main.variant === 'plain' ? [main] : [main, await openCore(true)];
const rounded = (value: number): number => Number(value.toPrecision(4));

async function measure(arch: Architecture, { fast, wasm, pictures }: Patience): Promise<Measured> {
  const ours = await Promise.all(cores.map((core) => coreAsPeer(core, arch)));
  const layouts: readonly Layout[] = torch === null ? [] : ['channels_last', 'default'];
  const torches = await Promise.all(layouts.map((layout) => openTorch(arch, BATCH, layout)));
  const tfjs = await tfjsAsPeer('wasm', arch, BATCH, BATCH);
  const sampled = await tfjsAsPeer('cpu', arch, pictures, BATCH);
  const once = { rounds: 1, steps: 1 };
  const entry = (turns: Turns) => (peer: Peer) => ({ peer, turns });
  // The slow peers apart: their seconds between two turns would leave every fast one with cold caches.
  const quick = await interleave([...ours, ...torches].map(entry(fast)));
  const slow = await interleave([entry(wasm)(tfjs), entry(once)(sampled)]);
  const times = new Map([...quick, ...slow]);
  const memoryMb = Math.max(...ours.map((peer) => peer.bytes)) / 1e6;
  for (const peer of [...ours, ...torches, tfjs, sampled]) peer.dispose();

  const row = (peer: string, note = ''): Row => {
    const time = times.get(peer);
    return { network: arch.name, peer, cpuMs: time === undefined ? null : rounded(time), note };
  };
  const against = (peer: string, own = `core ${main.variant}`): number | null => {
    const time = times.get(peer);
    return time === undefined ? null : rounded(time / (times.get(own) ?? NaN));
  };
  const torchAbsent = torch === null ? 'torch is absent' : '';
  return {
    memoryMb,
    rows: [
      ...cores.map((core) => row(`core ${core.variant}`, `${memoryMb.toFixed(0)} MB, build ${core.hash}`)),
      row('PyTorch channels_last', torchAbsent),
      row('PyTorch default', torchAbsent),
      row('TensorFlow.js wasm'),
      row('TensorFlow.js cpu', `from ${pictures} of ${BATCH} pictures`),
      row('TensorFlow.js webgl', 'no WebGL in Node')
    ],
    ratios: {
      vsTorchChannelsLast: against('PyTorch channels_last'),
      vsTorchDefault: against('PyTorch default'),
      vsTfjsWasm: against('TensorFlow.js wasm'),
      vsTfjsCpu: against('TensorFlow.js cpu'),
      vsTfjsWebgl: null,
      plainVsTorchChannelsLast: against('PyTorch channels_last', 'core plain'),
      plainVsTorchDefault: against('PyTorch default', 'core plain')
    }
  };
}

function print({ rows }: Measured, own: number | null): void {
  for (const { network, peer, cpuMs, note } of rows) {
    const time = cpuMs === null ? 'n/a' : cpuMs.toFixed(1);
    const ratio = cpuMs === null || own === null ? '' : `${(cpuMs / own).toFixed(2)}x`;
    const images = cpuMs === null ? '' : ((BATCH * 1000) / cpuMs).toFixed(0);
    const cells = [network.padEnd(3), peer.padEnd(22), time.padStart(10), images.padStart(8), ratio.padStart(9), note];
    console.log(cells.join(' ').trimEnd());
  }
}

async function compare(): Promise<void> {
  if (!json) {
    console.log(
      `core ${main.variant} (build ${main.hash}), PyTorch ${torch ?? 'n/a'}, ${BATCH} pictures, 1 thread each`
    );
    console.log(`${'net peer'.padEnd(26)} ${'CPU-ms'.padStart(10)} ${'img/s'.padStart(8)} ${'to core'.padStart(9)}`);
  }
  const wide = await measure(networkA, { fast: { rounds: 9, steps: 3 }, wasm: { rounds: 2, steps: 1 }, pictures: 1 });
  if (!json) print(wide, wide.rows[0]?.cpuMs ?? null);
  const small = await measure(networkS, {
    fast: { rounds: 12, steps: 10 },
    wasm: { rounds: 3, steps: 2 },
    pictures: 8
  });
  if (!json) print(small, small.rows[0]?.cpuMs ?? null);

  const result = {
    variant: main.variant,
    build: main.hash,
    batch: BATCH,
    threads: 1,
    machine: describeMachine(torch),
    peakMemoryMb: { netA: rounded(wide.memoryMb), netS: rounded(small.memoryMb) },
    ratios: { netA: wide.ratios, netS: small.ratios },
    rows: [...wide.rows, ...small.rows]
  };
  const path = keepResult(onlyPlain ? 'train-plain' : 'train', result);
  if (json) console.log(JSON.stringify(result));
  else console.log(`written to ${path}`);
}

// The core's own process is this file, too.
const served = process.argv.at(process.argv.indexOf('--serve') + 1);
if (serving) await serveCore(main, served === 'A' ? networkA : networkS, BATCH);
else await compare();
