import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { withInput } from '$lib/arch/scale';
import { totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { checkTensors } from '$lib/weights/safetensors';
import { adapt, type AdaptEvent, type AdaptOptions } from './adapt';
import { inParallel, type FineTuneJob, type FineTuneResult, type PruneEvaluator } from './evaluator';
import { randomTensors } from './networks.fixture';
import { floorArchitecture } from './propose';
import { choose, type NetAdaptStep, type Proposal } from './step';

const arch: Architecture = {
  ...withInput(mobileNetV3Small, [32, 32, 3]),
  rows: mobileNetV3Small.rows.slice(0, 5),
  classes: 4
};
const tensors = randomTensors(arch, 1);
/** A formula for ms: multiply-adds and a cost per op, as a device would have. */
const latencyOf = (a: Architecture): number => totalCost(lower(a)).madds / 1e5 + lower(a).length * 0.01;
const firstMs = latencyOf(arch);
const floorMs = latencyOf(floorArchitecture(arch));

/** An accuracy by formula: saturating in each width, one row far more sensitive. */
function accuracyOf(a: Architecture): number {
  const widths = a.rows.flatMap((row, i) =>
    row.kind === 'bneck' ? [row.expSize / (i === 2 ? 400 : 40), row.out / 10] : []
  );
  return widths.reduce((product, width) => product * (1 - Math.exp(-width - 1.5)), 0.95);
}

/** Scores by the formula; answers in an order that depends on the job. */
class FormulaEvaluator implements PruneEvaluator {
  readonly jobs: FineTuneJob[] = [];
  running = 0;
  most = 0;
  constructor(private readonly fails: (job: FineTuneJob) => boolean = () => false) {}

  score(a: Architecture): Promise<number> {
    return Promise.resolve(accuracyOf(a));
  }

  async fineTune(job: FineTuneJob): Promise<FineTuneResult> {
    this.jobs.push(job);
    this.running++;
    this.most = Math.max(this.most, this.running);
    for (let turn = 0; turn < job.seed % 5; turn++) await Promise.resolve();
    this.running--;
    if (this.fails(job)) return { status: 'failed', reason: `worker lost ${job.id}` };
    expect(checkTensors(job.arch, job.start)).toEqual([]);
    return { status: 'scored', score: accuracyOf(job.arch), trained: job.start };
  }
}

async function run(changes: Partial<AdaptOptions>): Promise<AdaptEvent[]> {
  const base = { arch, tensors, budgetMs: firstMs * 0.6, latencyOf, evaluator: new FormulaEvaluator() };
  const events: AdaptEvent[] = [];
  for await (const event of adapt({ ...base, delta: 0.05, rule: 'v3', seed: 3, workers: 1, ...changes }))
    events.push(event);
  return events;
}

const lastOf = (events: readonly AdaptEvent[]): AdaptEvent | undefined => events[events.length - 1];
const stepsOf = (events: readonly AdaptEvent[]): NetAdaptStep[] =>
  events.flatMap((e) => (e.kind === 'step' ? [e.step] : []));

describe('adapt', () => {
  test('goes down step by step to the budget, each step saving delta, and says so', async () => {
    const events = await run({});
    const steps = stepsOf(events);
    const last = lastOf(events);
    expect(events[0]).toEqual({
      kind: 'baseline',
      latencyMs: firstMs,
      accuracy: accuracyOf(arch),
      budgetMs: firstMs * 0.6,
      floorMs
    });
    expect(last?.kind === 'done' && last.reachedBudget).toBe(true);
    expect(last?.kind === 'done' && last.latencyMs).toBeLessThanOrEqual(firstMs * 0.6);
    let fromMs = firstMs;
    for (const [i, step] of steps.entries()) {
      expect([step.index, step.fromMs]).toEqual([i + 1, fromMs]);
      if (i === 0) expect(fromMs - step.targetMs).toBeCloseTo(0.05 * firstMs, 9);
      for (const proposal of step.proposals) expect(proposal.latencyMs).toBeLessThanOrEqual(step.targetMs);
      expect(step.latencyMs).toBeCloseTo(latencyOf(step.arch), 9);
      expect(step.proposals.map((p) => p.groupId)).toContain(step.chosen);
      fromMs = step.latencyMs;
    }
    expect(last?.kind === 'done' && checkTensors(last.arch, last.tensors)).toEqual([]);
  });

  test('takes the same steps with one worker and with three', async () => {
    const evaluator = new FormulaEvaluator();
    const many = stepsOf(await run({ workers: 3, evaluator }));
    expect(evaluator.most).toBe(3);
    expect(many).toEqual(stepsOf(await run({ workers: 1 })));
  });

  test('goes on from finished steps to the same result, repeating only the chosen fine-tunes', async () => {
    const whole = await run({});
    const evaluator = new FormulaEvaluator();
    const finished = stepsOf(whole).slice(0, 2);
    expect(stepsOf(whole).length).toBeGreaterThan(3);
    const resumed = await run({ finished, evaluator });
    expect(stepsOf(resumed)).toEqual(stepsOf(whole));
    expect(lastOf(resumed)).toEqual(lastOf(whole));
    expect(evaluator.jobs.slice(0, 2).map((job) => job.id)).toEqual(finished.map((s) => `step0${s.index} ${s.chosen}`));
  });

  test('refuses a budget below the floor with both numbers before anything is trained', async () => {
    const evaluator = new FormulaEvaluator();
    const events = await run({ budgetMs: floorMs / 2, evaluator });
    expect(events.map((e) => e.kind)).toEqual(['unreachable']);
    expect(events[0]?.kind === 'unreachable' && events[0].message).toContain(
      `floor ${Number(floorMs.toPrecision(4))} ms`
    );
    expect(evaluator.jobs).toEqual([]);
  });

  test('reaches a budget right above the floor by asking smaller savings at the end', async () => {
    const last = lastOf(await run({ budgetMs: floorMs * 1.05 }));
    expect(last?.kind === 'done' && last.reachedBudget).toBe(true);
  });

  test('stops after the steps asked for', async () => {
    const last = lastOf(await run({ maxSteps: 2 }));
    expect(last?.kind === 'done' && [last.steps.length, last.reachedBudget]).toEqual([2, false]);
  });

  test('goes on without a failed proposal and ends as failed when all of a step fail', async () => {
    const [first] = stepsOf(await run({ maxSteps: 1 }));
    const evaluator = new FormulaEvaluator((job) => job.id.endsWith(first?.chosen ?? ''));
    const [other] = stepsOf(await run({ maxSteps: 1, evaluator }));
    expect(other?.chosen).not.toBe(first?.chosen);
    expect(other?.proposals.find((p) => p.groupId === first?.chosen)?.outcome.status).toBe('failed');
    const last = lastOf(await run({ evaluator: new FormulaEvaluator(() => true) }));
    expect(last?.kind === 'failed' && last.reason).toContain('worker lost step01');
  });

  test('says when the latency table does not cover the network', async () => {
    const last = lastOf(await run({ latencyOf: () => null }));
    expect(last?.kind === 'failed' && last.reason).toContain('latency table');
  });

  test('refuses a delta outside 0..1', async () => {
    await expect(run({ delta: 0 })).rejects.toThrow('got 0');
  });
});

describe('choose', () => {
  const proposal = (groupId: string, latencyMs: number, accuracy: number): Proposal => {
    const outcome = { status: 'scored', accuracy, ratio: (accuracy - 0.9) / (10 - latencyMs) } as const;
    return { groupId, kind: 'expansion', rows: [1], label: groupId, from: 16, to: 8, latencyMs, outcome };
  };
  const small = proposal('small', 9.5, 0.89);
  const large = proposal('large', 8, 0.88);

  test('v3 takes the least accuracy lost per ms, eccv the highest accuracy', () => {
    expect(choose([small, large], 'v3')).toBe(large);
    expect(choose([small, large], 'eccv')).toBe(small);
  });

  test('breaks a tie by the lower latency, then by order', () => {
    const same = proposal('same', 9, 0.89);
    expect(choose([small, same], 'eccv')).toBe(same);
    expect(choose([small, { ...small, groupId: 'twin' }], 'v3')).toBe(small);
    expect(choose([], 'v3')).toBe(null);
  });
});

test('inParallel passes an exception of a job on', async () => {
  const jobs = inParallel([1, 2], 2, (n) => (n === 2 ? Promise.reject(new Error('job 2')) : Promise.resolve(n)));
  const drain = async (): Promise<void> => {
    for await (const { result } of jobs) expect(result).toBe(1);
  };
  await expect(drain()).rejects.toThrow('job 2');
});
