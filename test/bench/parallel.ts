/**
 * @file Benchmarks: one training on 1 and 2 workers beside PyTorch on 1 and 2 threads, 64 pictures a step, wall and CPU time,
 * turn by turn in one run; then two workers that train a network each, against one of them alone.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { replicaThreads } from '../../src/cli/open-parallel';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { Engine } from '../../src/lib/engine/engine';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { openParallelEngine } from '../../src/lib/engine/simd/parallel-engine';
import { lower } from '../../src/lib/ops/lower';
import { plainClasses } from '../../src/lib/task/objective';
import { initTensors } from '../../src/lib/weights/init';
import { createReplica } from '../../src/workers/replica/runner';
import { randomBatch } from '../support/small-networks';
import { nesterov } from '../support/updates';
import { describeMachine, keepResult } from './machine';
import { networkA, networkS } from './networks';
import { openCore } from './our-peers';
import { cpuOf, median, type Peer } from './peer';
import { openTorch, torchVersion } from './torch-peer';
import { measureTwo, trainOwn, type OwnNetwork } from './two-networks';

const BATCH = 64;
/** A turn ends here: threads that spin for each other take seconds a step where others use the processor too. */
const TURN_MS = 1500;
/** As long as a network's turns may take where everything else on the machine waits for them. */
const FIRST_MS = 15_000;
/** --first: Linux runs this process and PyTorch before all others, as on an idle machine; asks for root. */
const first = process.argv.includes('--first');
const update = nesterov({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 });

/** Ms of one step. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

/** Wall and CPU ms of one step of a peer. */
async function timed(peer: Peer): Promise<Spent> {
  const began = performance.now();
  const [cpu = NaN] = await peer.steps(1);
  return { wall: performance.now() - began, cpu };
}

async function ours(engine: Engine, arch: Architecture, name: string): Promise<Peer> {
  const network = await engine.createNetwork(arch, initTensors(lower(arch), 1), BATCH);
  const batch = randomBatch(arch, BATCH, 1);
  return {
    name,
    async steps(count) {
      const spent: number[] = [];
      while (spent.length < count) spent.push(await cpuOf(() => network.trainStep(batch, plainClasses, update)));
      return spent;
    },
    dispose: () => network.dispose()
  };
}

const rounded = (value: number): number => Number(value.toPrecision(4));
const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');

/** Puts all threads of this process and its children first in line, or back among the others. */
function rank(policy: readonly ['--fifo', '5'] | readonly ['--other', '0']): void {
  if (!first) return;
  const children = execFileSync('pgrep', ['--parent', String(process.pid)], { encoding: 'utf8' });
  for (const pid of [String(process.pid), ...children.split('\n').filter(Boolean)]) {
    // pgrep, which has ended, is among its findings.
    if (pid === String(process.pid) || existsSync(`/proc/${pid}`))
      execFileSync('chrt', ['--all-tasks', policy[0], '--pid', policy[1], pid]);
  }
}

/** Rows of one network: the middle and the best of each time over all turns. */
async function measure(arch: Architecture, turns: { readonly rounds: number; readonly steps: number }) {
  const core = await openCore(process.argv.includes('--plain'));
  const spawn = replicaThreads(fileURLToPath(import.meta.url));
  const torches =
    torchVersion() === null
      ? []
      : [1, 2].flatMap((threads) =>
          (['channels_last', 'default'] as const).map(async (layout): Promise<Peer> => {
            const peer = await openTorch(arch, BATCH, layout, threads);
            return { ...peer, name: `PyTorch ${layout}, ${threads} thread${threads > 1 ? 's' : ''}` };
          })
        );
  const peers = [
    await ours(openSimdEngine(core), arch, `core ${core.variant}, 1 worker`),
    await ours(openParallelEngine(core, spawn, { workers: 2 }), arch, `core ${core.variant}, 2 workers`),
    ...(await Promise.all(torches))
  ];
  const times = new Map<string, Spent[][]>(peers.map(({ name }) => [name, []]));
  for (const peer of peers) await timed(peer);
  rank(['--fifo', '5']);
  const start = performance.now();
  for (let round = 0; round < turns.rounds && !(first && performance.now() - start > FIRST_MS); round++) {
    for (const peer of peers) {
      // The first step of a turn finds cold caches and sleeping threads.
      await timed(peer);
      const began = performance.now();
      const turn: Spent[] = [];
      for (let step = 1; step < turns.steps && performance.now() - began < TURN_MS; step++)
        turn.push(await timed(peer));
      times.get(peer.name)?.push(turn);
    }
  }
  rank(['--other', '0']);
  for (const peer of peers) peer.dispose();
  return [...times].map(([peer, rounds]) => {
    const spent = rounds.flat();
    const wall = median(spent.map((one) => one.wall));
    const best = Math.min(...spent.map((one) => one.wall));
    return {
      network: arch.name,
      peer,
      wallMs: rounded(wall),
      bestMs: rounded(best),
      cpuMs: rounded(median(spent.map(({ cpu }) => cpu))),
      imagesPerSecond: rounded((BATCH * 1000) / wall),
      bestImagesPerSecond: rounded((BATCH * 1000) / best),
      /** The middle of each round. */
      roundsMs: rounds.map((turn) => rounded(median(turn.map((one) => one.wall))))
    };
  });
}

type Row = Awaited<ReturnType<typeof measure>>[number];

/**
 * How many times as long as 2 workers the others take: the middle of the ratios of each round, as the speed of a shared
 * machine drifts from round to round, and the ratio of the best steps. Of PyTorch the faster layout.
 */
function ratiosOf(rows: readonly Row[]): Readonly<Record<string, number | null>> {
  const two = rows.find(({ peer }) => peer.endsWith('2 workers')) as Row;
  const peers = { vsOneWorker: '1 worker', vsTorchOneThread: '1 thread', vsTorchTwoThreads: '2 threads' };
  const entries = Object.entries(peers).flatMap(([name, end]) => {
    const [peer] = rows.filter((row) => row.peer.endsWith(end)).toSorted((x, y) => x.wallMs - y.wallMs);
    const middle = peer ? rounded(median(peer.roundsMs.map((ms, round) => ms / (two.roundsMs[round] ?? NaN)))) : null;
    return [[name, middle] as const, [`${name}Best`, peer ? rounded(peer.bestMs / two.bestMs) : null] as const];
  });
  return Object.fromEntries(entries);
}

async function main(): Promise<void> {
  const before = load();
  const [, asked = '20'] = /--rounds[= ](\d+)/.exec(process.argv.join(' ')) ?? [];
  const rounds = Number(asked);
  const a = await measure(networkA, { rounds, steps: 4 });
  const s = await measure(networkS, { rounds, steps: 20 });
  const rows = [...a, ...s];
  const ratios = Object.fromEntries([a, s].map((all) => [`net${all[0]?.network ?? ''}`, ratiosOf(all)]));
  const plain = process.argv.includes('--plain');
  const file = fileURLToPath(import.meta.url);
  const own = (arch: Architecture, steps: number) => measureTwo(file, { arch, batch: BATCH, plain }, { rounds, steps });
  rank(['--fifo', '5']);
  const twoNetworks = [await own(networkA, 4), await own(networkS, 20)].map(({ network, ...times }) => ({
    network,
    ...Object.fromEntries(Object.entries(times).map(([name, value]) => [name, rounded(value)]))
  }));
  rank(['--other', '0']);
  const machine = describeMachine(torchVersion());
  const result = { machine, first, loadBefore: before, loadAfter: load(), batch: BATCH, ratios, twoNetworks, rows };
  const path = keepResult('parallel', result);
  if (process.argv.includes('--json')) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(`${machine.cores} x ${machine.cpu}; load average before ${before}, after ${load()}`);
    console.log(
      first
        ? 'All else on the machine waited for these runs.'
        : 'A load above 0 before the run means that others worked beside it: best is nearer to an idle machine.'
    );
    console.table(rows.map(({ roundsMs: _, ...row }) => row));
    console.log('How many times as long as 2 workers, middle and best (of PyTorch the faster layout):');
    console.table(ratios);
    console.log('Two workers that train a network each: ms of a step, and the share of speed lost beside the other:');
    console.table(twoNetworks);
    console.log(`written to ${path}`);
  }
}

/** What this thread was started with; replicas get nothing. */
const given = workerData as OwnNetwork | null;
if (isMainThread) await main();
else if (given) await trainOwn(given);
else
  parentPort?.on(
    'message',
    createReplica((answer) => parentPort?.postMessage(answer))
  );
