/** @file Command line: the SIMD core, with several workers, each a thread, where they are asked for. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { reasonOf } from '$lib/base/reason';
import type { Engine } from '$lib/engine/engine';
import { openSimdEngine } from '$lib/engine/simd/network';
import { openParallelEngine } from '$lib/engine/simd/parallel-engine';
import type { ReplicaAnswer, SpawnReplica } from '$lib/engine/simd/parallel-port';
import { m } from '$paraglide/messages';
import { readCore } from './core';
import { root } from './root';

/** Starts replicas as threads of the file given. */
export function replicaThreads(file: string): SpawnReplica {
  return ({ answered, died }) => {
    const worker = new Worker(file);
    // A thread that waits for work keeps no program alive.
    worker.unref();
    worker.on('message', (answer: ReplicaAnswer) => answered(answer));
    worker.on('error', (error) => died(reasonOf(error)));
    worker.on('exit', (code) => died(m.parallel_exit({ code })));
    return Promise.resolve({
      send: (request) => worker.postMessage(request),
      kill: () => void worker.terminate()
    });
  };
}

/** Opens the SIMD core with `workers` threads on every training. */
export async function openCore(workers = 1): Promise<Engine> {
  const core = await readCore();
  const spawn = replicaThreads(join(root, 'dist/cli/replica-thread.js'));
  return workers < 2 ? openSimdEngine(core) : openParallelEngine(core, spawn, { workers });
}
