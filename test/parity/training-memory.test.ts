/** @file Memory stays as it is over 500 steps, and comes back from 50 networks on both engines, and from whole trainings on the core. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProgram, type Program } from '../support/child';
import { expectNothingLeft, SLACK, type MemoryReport, type TrainingsReport } from '../support/memory-report';

let programs: Readonly<Record<'networks' | 'trainings', Program>>;

beforeAll(async () => {
  programs = {
    networks: await openProgram('memory-program'),
    trainings: await openProgram('trainings-memory-program')
  };
}, 60_000);

afterAll(() => {
  for (const program of Object.values(programs)) program.close();
});

const engines = ['simd', 'tfjs'];
const flags = ['--expose-gc'];

test.each(engines)(
  '500 steps and 50 networks leave no memory behind on %s',
  async (engine) => {
    const report = (await programs.networks.run({ args: [engine], flags })) as MemoryReport;
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

test('trainings that end, are stopped or fail leave no memory behind on simd', async () => {
  expectNothingLeft((await programs.trainings.run({ args: ['simd'], flags })) as TrainingsReport);
}, 180_000);
