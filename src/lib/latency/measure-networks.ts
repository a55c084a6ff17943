/** @file Step 5, latency: times several whole networks in interleaved rounds, so that a busy machine slows all alike. */
import type { Op } from '$lib/ops/op';
import { timingOf, type Clock, type Timing } from './measure';
import type { LatencyRuntime, Runnable } from './runtime';

/** Networks to compare in one deployment setting. */
export interface NetworksJob {
  readonly networks: readonly (readonly Op[])[];
  readonly batch: number;
  /** Samples of each network, one a round; the literature asks for five or more. */
  readonly rounds?: number;
}

/** One more round done; `timings` has one entry per network, in the order given. */
export interface NetworksProgress {
  readonly round: number;
  readonly rounds: number;
  readonly timings: readonly Timing[];
}

const WARM_UPS = 2;
const DEFAULT_ROUNDS = 5;

/**
 * Warms each network up, then visits all of them once per round, starting one further each time; yields after every
 * round. Networks run for tens of milliseconds per batch, so a sample is one run. Leaving the loop keeps what is done.
 */
export async function* measureNetworks(
  runtime: LatencyRuntime,
  job: NetworksJob,
  clock: Clock
): AsyncGenerator<NetworksProgress> {
  const { networks, batch, rounds = DEFAULT_ROUNDS } = job;
  const runnables: Runnable[] = [];
  const samplesMs: number[][] = networks.map(() => []);
  try {
    for (const ops of networks) {
      const runnable = await runtime.prepare(ops, batch);
      runnables.push(runnable);
      for (let i = 0; i < WARM_UPS; i++) await runnable.run();
    }
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < runnables.length; i++) {
        const at = (i + round) % runnables.length;
        const from = clock();
        await runnables[at]?.run();
        samplesMs[at]?.push((clock() - from) / batch);
      }
      const timings = samplesMs.map((samples) => timingOf([...samples], samples.length, true));
      yield { round: round + 1, rounds, timings };
    }
  } finally {
    for (const runnable of runnables) runnable.dispose();
  }
}
