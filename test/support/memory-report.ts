/** @file Test support: what the program that looks at memory prints; growth of the process in MiB. */
import { expect } from 'vitest';

/** What a process may grow by for reasons of its own, in MiB. */
export const SLACK = 32;

/** What an engine holds: bytes of the core's network, tensors of TensorFlow.js and their bytes. */
export interface Held {
  readonly bytes: number;
  readonly tensors: number;
  readonly tensorBytes: number;
}

/** Before and after 500 steps, and before and after 50 networks were built, trained a step and disposed of. */
export interface MemoryReport {
  readonly steps: { readonly before: Held; readonly after: Held; readonly rssGrowth: number };
  readonly cycles: {
    readonly before: Held;
    readonly after: Held;
    readonly rssGrowth: number;
    readonly memoriesMade: number;
    readonly memoriesLeft: number;
  };
}

/** Before and after a number of whole trainings through the runner, every third of which is stopped or fails. */
export interface TrainingsReport {
  readonly before: Held;
  readonly after: Held;
  readonly rssGrowth: number;
  readonly memoriesLeft: number;
  /** How the trainings between ended. */
  readonly ends: Readonly<Record<'done' | 'stopped' | 'failed', number>>;
}

/** Prints and judges what trainings left. */
export function expectNothingLeft(report: TrainingsReport): void {
  process.stdout.write(`trainings: ${JSON.stringify(report)}\n`);
  const { before, after, rssGrowth, memoriesLeft, ends } = report;
  expect(ends).toEqual({ done: 4, stopped: 4, failed: 4 });
  expect(after).toEqual(before);
  expect(after.tensors).toBe(0);
  expect(rssGrowth).toBeLessThan(SLACK);
  // The last network, and the memory of TensorFlow.js itself.
  expect(memoriesLeft).toBeLessThanOrEqual(3);
}
