/** @file Benchmarks: two threads that train a network each, both at once and one alone, turn by turn. */
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';
import type { Architecture } from '../../src/lib/arch/architecture';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { lower } from '../../src/lib/ops/lower';
import { plainClasses } from '../../src/lib/task/objective';
import { initTensors } from '../../src/lib/weights/init';
import { randomBatch } from '../support/small-networks';
import { nesterov } from '../support/updates';
import { openCore } from './our-peers';
import { median } from './peer';

/** What such a thread is given. */
export interface OwnNetwork {
  readonly arch: Architecture;
  readonly batch: number;
  readonly plain: boolean;
}

/** The thread's side: answers each count with the wall ms of that many steps. */
export async function trainOwn({ arch, batch, plain }: OwnNetwork): Promise<void> {
  const network = createSimdNetwork(await openCore(plain), arch, initTensors(lower(arch), 1), batch);
  const data = randomBatch(arch, batch, 1);
  const update = nesterov({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 });
  parentPort?.on('message', (count: number) => {
    void (async () => {
      const spent: number[] = [];
      while (spent.length < count) {
        const began = performance.now();
        await network.trainStep(data, plainClasses, update);
        spent.push(performance.now() - began);
      }
      parentPort?.postMessage(spent);
    })();
  });
}

async function steps(worker: Worker, count: number): Promise<readonly number[]> {
  worker.postMessage(count);
  const [spent] = (await once(worker, 'message')) as [readonly number[]];
  return spent;
}

/** Wall ms of a step alone and beside the other's, and the share of speed that is lost; `file` calls `trainOwn`. */
export async function measureTwo(
  file: string,
  given: OwnNetwork,
  turns: { readonly rounds: number; readonly steps: number }
) {
  const [one, other] = [new Worker(file, { workerData: given }), new Worker(file, { workerData: given })] as const;
  await Promise.all([steps(one, 2), steps(other, 2)]);
  const alone: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < turns.rounds; round++) {
    alone.push(...(await steps(round % 2 === 0 ? one : other, turns.steps)));
    together.push(...(await Promise.all([steps(one, turns.steps), steps(other, turns.steps)])).flat());
  }
  await Promise.all([one.terminate(), other.terminate()]);
  const [aloneMs, togetherMs] = [median(alone), median(together)];
  return { network: given.arch.name, aloneMs, togetherMs, lost: 1 - aloneMs / togetherMs };
}
