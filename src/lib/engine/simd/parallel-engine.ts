/** @file SIMD engine, several workers on one training: the engine whose networks have a replica in every worker. */
import type { Architecture } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import type { Objective } from '$lib/task/objective';
import type { Update } from '$lib/task/optimize';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Batch, Engine, Network, StepResult } from '../engine';
import type { Core } from './load';
import { createSimdNetwork, openSimdEngine } from './network';
import { answersOf, blockBytes, openBlock, resultOf, shareOf } from './parallel';
import { openBarrier } from './parallel-barrier';
import { openCrew } from './parallel-crew';
import { openParticipant } from './parallel-part';
import type { SpawnReplica } from './parallel-port';

/** How many workers share a training, the caller's thread among them, and when a silent one counts as lost. */
export interface ParallelOptions {
  readonly workers: number;
  /** Ms that a replica may take longer than the caller; ten times the caller's own part where that is more. */
  readonly limitMs?: number;
}

/** A blocked thread hears of a death only between two waits. */
const WAIT_MS = 100;

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** What to build, as `createNetwork` takes it. */
interface Plan {
  readonly arch: Architecture;
  readonly tensors: Tensors;
  readonly maxBatch: number;
}

async function createParallelNetwork(
  core: Core,
  spawn: SpawnReplica,
  { workers, limitMs = 30_000, arch, tensors, maxBatch }: ParallelOptions & Plan
): Promise<Network> {
  const maxShare = Math.ceil(maxBatch / workers);
  const own = createSimdNetwork(core, arch, tensors, maxShare);
  const [height, width, channels] = arch.input;
  const pictureSize = height * width * channels;
  const sizes = { workers, pictures: maxBatch * pictureSize, gradients: own.gradients.length };
  const buffer = new SharedArrayBuffer(blockBytes(sizes));
  const block = openBlock(buffer, sizes);
  const barrier = openBarrier(block.control, workers);
  const part = openParticipant(own, block, 0);
  const crew = await openCrew(spawn, { count: workers - 1, limitMs, onLost: () => barrier.abort() });
  for (let worker = 1; worker < workers; worker++) {
    const setup = { core, arch, tensors, maxShare, worker, sizes, buffer };
    crew.tell(worker - 1, { kind: 'open', setup });
  }
  try {
    await crew.ready();
  } catch (error) {
    own.dispose();
    throw error;
  }

  const live = (): void => {
    if (crew.lost !== null) throw new Error(crew.lost);
  };

  /** Meets the others; lets news of a death in where they are late. */
  const meet = async (patienceMs: number): Promise<void> => {
    barrier.arrive();
    let waitedMs = 0;
    for (let waited = barrier.wait(WAIT_MS); waited !== 'passed'; waited = barrier.wait(WAIT_MS)) {
      await turn();
      live();
      waitedMs += waited === 'late' ? WAIT_MS : 1;
      if (waitedMs >= patienceMs) crew.end(m.parallel_silent({ seconds: Math.ceil(waitedMs / 1000) }));
    }
  };

  const step = async (batch: Batch, objective: Objective, update: Update): Promise<StepResult> => {
    const { count, images } = batch;
    const mine = shareOf(count, 0, workers).to;
    block.pictures.set(images.subarray(mine * pictureSize, count * pictureSize), mine * pictureSize);
    for (let worker = 1; worker < workers; worker++) {
      const answers = answersOf(batch, worker, workers);
      crew.tell(worker - 1, { kind: 'step', job: { count, answers, objective, update } });
    }
    const began = performance.now();
    part.contribute(images, mine, { answers: answersOf(batch, 0, workers), objective });
    const patienceMs = Math.max(limitMs, 10 * (performance.now() - began));
    await meet(patienceMs);
    part.reduce();
    await meet(patienceMs);
    part.apply(update);
    return resultOf(block);
  };

  const everywhere = (kind: 'write' | 'writeState', given: Tensors): void => {
    for (let worker = 1; worker < workers; worker++) crew.tell(worker - 1, { kind, tensors: given });
  };

  return {
    arch,
    async trainStep(batch, objective, update) {
      live();
      const { count } = batch;
      if (count < 1 || count > maxBatch) throw new Error(`batch: must hold 1 to ${maxBatch} pictures, got ${count}`);
      try {
        return await step(batch, objective, update);
      } catch (error) {
        crew.end(reasonOf(error));
        throw error;
      }
    },
    forward: (images, count) => own.forward(images, count),
    outputs: (images, count) => own.outputs(images, count),
    activations: (images, count, ids) => own.activations(images, count, ids),
    read: () => own.read(),
    readAveraged: () => own.readAveraged(),
    readState: () => own.readState(),
    async write(given) {
      await own.write(given);
      everywhere('write', given);
    },
    async writeState(given) {
      await own.writeState(given);
      everywhere('writeState', given);
    },
    dispose() {
      crew.end(m.parallel_ended({ network: arch.name }));
      own.dispose();
    }
  };
}

/**
 * Opens the engine whose trainings share every step among `workers` workers, the caller's thread being one: each has a
 * copy of the network and a share of the batch, and all apply the same mean gradient. Statistics of batch norms are each
 * worker's own, those of the caller are kept (as PyTorch's DistributedDataParallel). Waiting blocks the caller's thread,
 * which must not be a page's. Throws where memory cannot be shared.
 */
export function openParallelEngine(core: Core, spawn: SpawnReplica, options: ParallelOptions): Engine {
  const { kind, build } = openSimdEngine(core);
  if (typeof SharedArrayBuffer === 'undefined') throw new Error(m.parallel_not_isolated());
  return {
    kind,
    build: `${build} x${options.workers}`,
    createNetwork: (arch, tensors, maxBatch) =>
      createParallelNetwork(core, spawn, { ...options, arch, tensors, maxBatch })
  };
}
