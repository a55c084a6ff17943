/** @file Memory stays as it is over 500 steps, and comes back from 50 networks built and disposed of, on both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProgram, type Program } from '../support/child';
import type { MemoryReport } from '../support/memory-report';

let program: Program;

beforeAll(async () => {
  program = await openProgram('memory-program');
}, 60_000);

afterAll(() => program.close());

/** What a process may grow by for reasons of its own, in MiB. */
const SLACK = 32;

test.each(['simd', 'tfjs'])(
  '500 steps and 50 networks leave no memory behind on %s',
  async (engine) => {
    const report = (await program.run({ args: [engine], flags: ['--expose-gc'] })) as MemoryReport;
    process.stdout.write(`memory on ${engine}: ${JSON.stringify(report)}\n`);
    const { steps, cycles } = report;
    expect(steps.after).toEqual(steps.before);
    expect(steps.before.bytes > 0).toBe(engine === 'simd');
    expect(steps.before.tensors > 0).toBe(engine === 'tfjs');
    expect(steps.rssGrowth).toBeLessThan(SLACK);
    expect(cycles.after).toEqual(cycles.before);
    expect(cycles.after.tensors).toBe(0);
    expect(cycles.rssGrowth).toBeLessThan(SLACK);
    // Every core network has a memory of its own; the collector may keep the last one a little longer.
    expect(cycles.memoriesMade >= 61).toBe(engine === 'simd');
    expect(cycles.memoriesLeft).toBeLessThanOrEqual(2);
  },
  180_000
);
