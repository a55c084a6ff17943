/** @file Step 7, prune: the port through which proposals are fine-tuned and scored; trainers stand behind it. */
import type { Architecture } from '$lib/arch/architecture';
import { hash32, mix32 } from '$lib/base/rng';
import type { Tensors } from '$lib/weights/checkpoint';

/** One short fine-tune; equal jobs must give equal results, whoever runs them. */
export interface FineTuneJob {
  /** Unique within a run: 'step03 row04.expand'. */
  readonly id: string;
  readonly arch: Architecture;
  readonly start: Tensors;
  readonly seed: number;
}

export type FineTuneResult =
  | { readonly status: 'scored'; readonly score: number; readonly trained: Tensors }
  | { readonly status: 'failed'; readonly reason: string };

/** Scores are validation accuracies in 0..1; the test split is never seen here. */
export interface PruneEvaluator {
  score(arch: Architecture, tensors: Tensors): Promise<number>;
  fineTune(job: FineTuneJob): Promise<FineTuneResult>;
}

/** The seed of a job, from the run's seed and the job's id alone. */
export function jobSeed(seed: number, id: string): number {
  return mix32(mix32(seed) ^ hash32(id)) >>> 1;
}

/** Runs jobs with at most `workers` at a time and yields each outcome as it comes, with the job's index. */
export async function* inParallel<J, R>(
  jobs: readonly J[],
  workers: number,
  run: (job: J) => Promise<R>
): AsyncGenerator<{ readonly index: number; readonly result: R }> {
  type Done = { readonly index: number; readonly result: R };
  const running = new Map<number, Promise<Done>>();
  let next = 0;
  while (next < jobs.length || running.size > 0) {
    while (next < jobs.length && running.size < Math.max(1, workers)) {
      const index = next++;
      running.set(
        index,
        run(jobs[index] as J).then((result) => ({ index, result }))
      );
    }
    const done = await Promise.race(running.values());
    running.delete(done.index);
    yield done;
  }
}
