/** @file SIMD engine, several workers on one training: one worker's part of a step, between the barriers. */
import type { Objective } from '$lib/task/objective';
import type { Update } from '$lib/task/optimize';
import type { SimdNetwork } from './network';
import { putResult, reduceSlice, type Answers, type SharedBlock } from './parallel';

/** The three parts of a step; all workers meet after the first and after the second. */
export interface Participant {
  /** The gradients of the own share, of which there may be none. */
  contribute(images: Float32Array, count: number, lesson: { answers: Answers; objective: Objective }): void;
  /** The own slice of the sum over the workers. */
  reduce(): void;
  /** The same update everywhere. */
  apply(update: Update): void;
}

/** A network as worker `worker` of a block. */
export function openParticipant(network: SimdNetwork, block: SharedBlock, worker: number): Participant {
  return {
    contribute(images, count, { answers, objective }) {
      if (count === 0) {
        putResult(block, worker, { loss: 0, correct: 0, terms: 0 });
        return;
      }
      const result = network.backward({ count, images, ...answers }, objective);
      block.parts[worker]!.set(network.gradients);
      putResult(block, worker, result);
    },
    reduce: () => reduceSlice(block, worker),
    apply(update) {
      network.gradients.set(block.sum);
      network.step(update);
    }
  };
}
