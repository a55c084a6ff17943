/** @file The same seed on the same build gives the same training to the last bit, whatever else the machine does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { burnCpu, openProgram, type Program } from '../support/child';
import type { Repeated } from '../support/repeated';

let program: Program;

beforeAll(async () => {
  program = await openProgram('repeat-program');
}, 60_000);

afterAll(() => program.close());

const runOf = async (seed: number): Promise<Repeated[]> => (await program.run({ args: [String(seed)] })) as Repeated[];

test('twice in one process, again in another beside one that burns CPU: one curve, one set of weights, one build', async () => {
  const [first, second] = await runOf(4);
  const burners = [burnCpu(), burnCpu()];
  const crowded = await runOf(4).finally(() => burners.forEach((burner) => burner.stop()));
  expect(first?.losses.length).toBe(30);
  expect(first?.epochs.length).toBe(2);
  expect(first?.losses.every(Number.isFinite)).toBe(true);
  expect(second).toEqual(first);
  expect(crowded).toEqual([first, first]);
  expect(first?.engine).toMatch(/^simd (plain|relaxed) [0-9a-f]{8}/);

  const [other] = await runOf(5);
  expect(other?.losses[0]).not.toBe(first?.losses[0]);
  expect(other?.weights).not.toBe(first?.weights);
}, 180_000);
