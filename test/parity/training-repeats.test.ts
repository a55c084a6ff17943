/** @file The same seed on the same build gives the same training to the last bit, whatever else the machine does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { burnCpu, openProgram, type Program } from '../support/child';
import type { Repeated } from '../support/repeated';
import { replicaScript } from '../support/replica-threads';

let program: Program;
const script = await replicaScript();

beforeAll(async () => {
  program = await openProgram('repeat-program');
}, 60_000);

afterAll(() => program.close());

const runOf = async (seed: number): Promise<Repeated[]> =>
  (await program.run({ args: [String(seed), script] })) as Repeated[];

test('twice in one process, again in another beside one that burns CPU, with one worker and with two: one curve, one set of weights, one build', async () => {
  const [first, second] = await runOf(4);
  const burners = [burnCpu(), burnCpu()];
  const crowded = await runOf(4).finally(() => burners.forEach((burner) => burner.stop()));
  expect(first?.losses.length).toBe(30);
  expect([first?.one.epochs.length, first?.two.epochs.length]).toEqual([2, 2]);
  expect(first?.losses.every(Number.isFinite)).toBe(true);
  expect(second).toEqual(first);
  expect(crowded).toEqual([first, first]);
  expect(first?.one.engine).toMatch(/^simd (plain|relaxed) [0-9a-f]{8}$/);
  expect(first?.two.engine).toBe(`${first?.one.engine} x2`);
  expect(first?.two.weights, 'two workers add up otherwise').not.toBe(first?.one.weights);

  const [other] = await runOf(5);
  expect(other?.losses[0]).not.toBe(first?.losses[0]);
  expect(other?.one.weights).not.toBe(first?.one.weights);
}, 180_000);
