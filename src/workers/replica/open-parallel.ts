/** @file Workers: the engine of several workers in a browser; to be opened in a worker, whose own workers share its trainings. */
import type { Engine } from '$lib/engine/engine';
import { fetchCore } from '$lib/engine/simd/core-browser';
import { openParallelEngine } from '$lib/engine/simd/parallel-engine';
import type { ReplicaAnswer, SpawnReplica } from '$lib/engine/simd/parallel-port';
import { m } from '$paraglide/messages';

const spawnReplica: SpawnReplica = ({ answered, died }) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<ReplicaAnswer>) => {
    answered(data);
  });
  worker.addEventListener('error', ({ message }) => {
    died(message || m.parallel_script());
  });
  return Promise.resolve({
    send: (request) => {
      worker.postMessage(request);
    },
    kill: () => {
      worker.terminate();
    }
  });
};

/** Opens the SIMD core with `workers` workers on every training; rejects where the page is not isolated. */
export async function openParallel(workers: number): Promise<Engine> {
  return openParallelEngine(await fetchCore(), spawnReplica, { workers });
}
