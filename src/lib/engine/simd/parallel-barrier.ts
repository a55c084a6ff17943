/** @file SIMD engine, several workers on one training: the place where they wait for each other. */

/** Words of the control block. */
const ARRIVALS = 0;
const ABORTED = 1;

/**
 * Ms that a worker asks again and again before it sleeps: shares take equally long, and to wake a sleeping thread takes
 * longer than most of these waits.
 */
const SPIN_MS = 2;

/** How a wait ended: everybody came, somebody gave up, or the time was over. */
export type Waited = 'passed' | 'aborted' | 'late';

/** One worker's side of the barrier; waiting blocks its thread, which must not be a page's. */
export interface Barrier {
  /** Says that this worker is here. */
  arrive(): void;
  /** Waits at most `ms` until as many arrivals were counted as all workers make by this worker's last one. */
  wait(ms?: number): Waited;
  /** Sends everybody home, now and from now on. */
  abort(): void;
}

/** Opens a worker's side; every worker opens one on the same words before anyone has come (`start` arrivals counted). */
export function openBarrier(control: Int32Array, workers: number, start = 0): Barrier {
  /** Wraps around as the counter does. */
  let wanted = start;
  const missing = (arrivals: number): number => (wanted - arrivals) | 0;
  return {
    arrive() {
      wanted = (wanted + workers) | 0;
      Atomics.add(control, ARRIVALS, 1);
      if (missing(Atomics.load(control, ARRIVALS)) <= 0) Atomics.notify(control, ARRIVALS);
    },
    wait(ms = Infinity) {
      const began = performance.now();
      for (;;) {
        const arrivals = Atomics.load(control, ARRIVALS);
        if (Atomics.load(control, ABORTED) === 1) return 'aborted';
        if (missing(arrivals) <= 0) return 'passed';
        if (performance.now() - began < Math.min(ms, SPIN_MS)) continue;
        if (Atomics.wait(control, ARRIVALS, arrivals, ms) === 'timed-out') return 'late';
      }
    },
    abort() {
      Atomics.store(control, ABORTED, 1);
      // One more arrival, so that whoever is about to sleep on the old number does not.
      Atomics.add(control, ARRIVALS, 1);
      Atomics.notify(control, ARRIVALS);
    }
  };
}
