/** @file Proves the search on evaluators by formula: same trials for any number of workers, halving, stop, resume. */
import { describe, expect, it } from 'vitest';
import { fitTo } from '$lib/arch/fit';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { Architecture } from '$lib/arch/architecture';
import { hash32, rngOf } from '$lib/base/rng';
import { costOf, totalCost } from '$lib/cost/cost';
import { NO_CORRECTION, type LatencyTable } from '$lib/latency/table';
import { timingOf } from '$lib/latency/measure';
import { lower } from '$lib/ops/lower';
import { judgeOf, type Budget } from './constraint';
import type { EvaluationJob, Evaluator } from './evaluator';
import type { SearchEvent } from './event';
import { emptyLog, parseSearchLog, recordEvent } from './log';
import { keysOf } from './members';
import { paretoFront } from './pareto';
import { plannedEpochs, promoted, scheduleOf } from './schedule';
import { search } from './search';
import { settingsOf, type SearchOptions } from './settings';
import { decode, encode, largest, spaceOf } from './space';
import { openStrategy, strategyIds } from './strategies/choose';
import type { Trial } from './trial';

const base = fitTo(mobileNetV3Small, [28, 28, 1], 10).arch;
const space = spaceOf(base);
const baseMadds = totalCost(lower(base)).madds;
const budget: Budget = { kind: 'madds', budgetMadds: 0.8 * baseMadds };

/** Accuracy by formula: grows with capacity, prefers 5x5 late and SE everywhere, and with training. */
function accuracyOf(arch: Architecture, epochs: number): number {
  const capacity = totalCost(lower(arch)).madds / baseMadds;
  const taste = arch.rows.reduce(
    (sum, row, i) => (row.kind === 'bneck' ? sum + (row.se ? 1 : 0) + (row.kernel === 5 ? 0.2 * (i - 4) : 0) : sum),
    0
  );
  const ceiling = 0.6 + 0.25 * Math.tanh(capacity) + 0.005 * taste;
  return ceiling * (1 - 0.5 * Math.exp(-epochs));
}

/** Trains by formula; `delay` in turns of the event loop, weights carry the epochs they were trained for. */
function evaluatorOf(delay: (job: EvaluationJob) => number = () => 0): Evaluator & { jobs: EvaluationJob[] } {
  const jobs: EvaluationJob[] = [];
  return {
    jobs,
    async evaluate(job) {
      jobs.push(job);
      const had = job.start?.['epochs']?.data[0] ?? 0;
      if (Math.abs(had - job.startEpoch) > 1e-6) return { failed: `started at ${job.startEpoch} from ${had}` };
      for (let turns = delay(job); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      job.progress?.(0.5);
      const noise = 0.01 * (rngOf(job.seed).next() - 0.5);
      return {
        score: accuracyOf(job.arch, job.epochs) + noise,
        trained: { epochs: { shape: [1], data: Float32Array.of(job.epochs) } }
      };
    }
  };
}

async function run(options: Partial<SearchOptions> = {}): Promise<{ trials: readonly Trial[]; events: SearchEvent[] }> {
  const events: SearchEvent[] = [];
  const evaluator = evaluatorOf();
  for await (const event of search({ space, budget, evaluator, seed: 7, trials: 12, table: null, ...options }))
    events.push(event);
  const last = events[events.length - 1];
  if (last?.kind !== 'done') throw new Error('not done');
  return { trials: last.trials, events };
}

const table: LatencyTable = {
  format: 1,
  setting: { runtime: 'formula', resolution: [28, 28, 1], batch: 64 },
  device: { runtime: 'formula', version: '1', backend: 'none', threads: 1, simd: false, isolated: true },
  measuredAt: '2026-11-21T22:00:00.000Z',
  correction: NO_CORRECTION,
  calibration: [],
  timings: Object.fromEntries(
    [...keysOf(space)].map(([key, op]) => [key, timingOf([0.01 + costOf(op).madds / 1e7], 1, true)])
  )
};

describe('search', () => {
  it.each(strategyIds)('gives the same trials for 1 worker and for 4 with random delays: %s', async (strategy) => {
    const rng = rngOf(99);
    const one = await run({ strategy, trials: 20 });
    const evaluator = evaluatorOf(() => rng.below(7));
    const four = await run({ strategy, trials: 20, workers: 4, evaluator });
    expect(four.trials).toEqual(one.trials);
    expect(one.trials).toHaveLength(20);
  });

  it('really runs jobs at once', async () => {
    let now = 0;
    let most = 0;
    const inner = evaluatorOf(() => 2);
    const evaluator: Evaluator = {
      async evaluate(job) {
        most = Math.max(most, ++now);
        return inner.evaluate(job).finally(() => (now -= 1));
      }
    };
    await run({ workers: 3, evaluator });
    expect(most).toBe(3);
  });

  it('gives other trials for another seed', async () => {
    const [a, b] = [await run({ seed: 1 }), await run({ seed: 2 })];
    expect(a.trials[0]?.candidate).not.toBe(b.trials[0]?.candidate);
  });

  it('trains nobody over the budget and keeps near it', async () => {
    const { trials } = await run();
    for (const trial of trials) {
      expect(trial.madds).toBeLessThanOrEqual(0.8 * baseMadds);
      expect(trial.madds).toBeGreaterThanOrEqual(0.9 * 0.8 * baseMadds);
    }
  });

  it('obeys a latency budget on a table', async () => {
    const budgetMs = 1.2;
    const { trials } = await run({ budget: { kind: 'latency', budgetMs }, table });
    expect(trials.map((trial) => (trial.latencyMs ?? Infinity) <= budgetMs)).not.toContain(false);
  });

  it('rejects with both numbers when nobody fits, and spends nothing', async () => {
    const evaluator = evaluatorOf();
    const { trials } = await run({ budget: { kind: 'madds', budgetMadds: 1e6 }, evaluator, trials: 3 });
    expect(trials.map((trial) => trial.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(trials[0]?.reason).toMatch(/MAdds are over the budget of 1\.00 M/);
    expect(evaluator.jobs).toEqual([]);
  });

  it('halves 12 trials to 4 and 2, continuing from their weights', async () => {
    const evaluator = evaluatorOf();
    const { trials } = await run({ evaluator });
    expect(trials.map((trial) => trial.rungs.length).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3]);
    expect(trials.filter((trial) => trial.status === 'scored')).toHaveLength(2);
    expect(trials.filter((trial) => trial.status === 'pruned')).toHaveLength(10);
    const epochs = evaluator.jobs.reduce((sum, job) => sum + job.epochs - job.startEpoch, 0);
    expect(epochs).toBeCloseTo(plannedEpochs(scheduleOf(), 12), 9);
    expect(epochs * 10_000).toBeLessThanOrEqual(70_000);
  });

  it('marks a trial whose training breaks as failed with the reason, and goes on', async () => {
    const inner = evaluatorOf();
    const evaluator: Evaluator = {
      evaluate: (job) => (job.id === 2 ? Promise.reject(new Error('worker lost')) : inner.evaluate(job))
    };
    const { trials } = await run({ evaluator });
    expect(trials[2]).toMatchObject({ status: 'failed', reason: 'worker lost', validationAccuracy: null });
    expect(trials.filter((trial) => trial.status === 'scored')).toHaveLength(2);
  });

  it('knows the best so far from the first result and never loses it', async () => {
    const { trials, events } = await run();
    const first = events.findIndex((event) => event.kind === 'finished');
    expect(events[first + 1]?.kind).toBe('best');
    const bests = events.flatMap((event) => (event.kind === 'best' ? [event.trial.validationAccuracy ?? 0] : []));
    expect(bests).toEqual([...bests].sort((a, b) => a - b));
    expect(Math.max(...trials.map((trial) => trial.validationAccuracy ?? 0))).toBe(bests.at(-1));
  });

  it('stops what is in flight when the consumer leaves, and starts nothing more', async () => {
    let aborted = 0;
    const inner = evaluatorOf(() => 3);
    const evaluator: Evaluator = {
      evaluate: (job) => {
        job.signal?.onAbort(() => (aborted += 1));
        return inner.evaluate(job);
      }
    };
    for await (const event of search({ space, budget, evaluator, seed: 7, trials: 12, table: null, workers: 2 }))
      if (event.kind === 'finished') break;
    const started = inner.jobs.length;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(aborted).toBeGreaterThan(0);
    expect(inner.jobs).toHaveLength(started);
    expect(inner.jobs[0]?.signal?.aborted).toBe(true);
  });

  it.each([1, 5, 13, 17])('resumes after %i finished jobs with the same trials, training only the rest', async (n) => {
    const whole = await run();
    const options = { space, budget, evaluator: evaluatorOf(), seed: 7, trials: 12, table: null };
    let log = emptyLog(settingsOf(options));
    for await (const event of search(options)) {
      log = recordEvent(log, event);
      if (log.finished.length === n) break;
    }
    const stored = parseSearchLog(JSON.parse(JSON.stringify(log)));
    if (stored.kind !== 'ok') throw new Error('log unreadable');
    const evaluator = evaluatorOf();
    const resumed = await run({ evaluator, resume: stored.value });
    expect(resumed.trials).toEqual(whole.trials);
    // 18 jobs in all; weights are not in the log, so rungs below a continued one are trained again.
    expect(evaluator.jobs.length).toBeLessThanOrEqual(18 - n + 6);
  });

  it('refuses the log of other settings', async () => {
    const options = { space, budget, evaluator: evaluatorOf(), seed: 8, trials: 12, table: null };
    await expect(run({ resume: emptyLog(settingsOf(options)) })).rejects.toThrow('search log');
  });

  it.each([null, 3, {}, { format: 2 }, { format: 1, settings: '', finished: [{ id: -1 }] }])(
    'refuses the broken log %j',
    (value) => {
      expect(parseSearchLog(value).kind).toBe('bad');
    }
  );
});

describe('strategies', () => {
  /** Best accuracy after `trials` asks, each told at once, all without noise. */
  function bestOf(id: (typeof strategyIds)[number], seed: number, trials: number): number {
    const asked = new Set<string>();
    const judge = judgeOf(space, budget, null);
    const strategy = openStrategy(id, { space, judge, rng: rngOf(hash32(`${seed}`)), asked });
    let best = 0;
    for (let k = 0; k < trials; k++) {
      const choices = strategy.ask();
      const score = accuracyOf(decode(space, choices), 1);
      strategy.tell({ id: k, choices, score });
      best = Math.max(best, score);
    }
    return best;
  }
  const mean = (id: (typeof strategyIds)[number], trials: number): number =>
    Array.from({ length: 30 }, (_, seed) => bestOf(id, seed, trials)).reduce((a, b) => a + b, 0) / 30;

  it('near budget beats random, and evolution beats both given time', () => {
    const [random, near, evolution] = [mean('random', 30), mean('random-near', 30), mean('evolution', 30)];
    expect(near).toBeGreaterThan(random);
    expect(evolution).toBeGreaterThan(near);
  });

  it.each([0.5, 0.65, 0.8, 0.95])('finds members with 90-100 %% of a budget of %f of the base', (share) => {
    const tight: Budget = { kind: 'madds', budgetMadds: share * baseMadds };
    const judge = judgeOf(space, tight, null);
    const strategy = openStrategy('random-near', { space, judge, rng: rngOf(5), asked: new Set() });
    const ratios = Array.from({ length: 30 }, () => judge(strategy.ask()).ratio);
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1);
    expect(ratios.filter((ratio) => ratio >= 0.9).length).toBeGreaterThanOrEqual(27);
  });

  it('keep to new members of a small space until it is exhausted, then repeats are rejected', async () => {
    const [gene] = space.genes;
    if (!gene) throw new Error('no gene');
    const small = { ...space, genes: [gene] };
    const { trials } = await run({ space: small, budget: { kind: 'madds', budgetMadds: 1e9 }, trials: 3 });
    expect(trials.map((trial) => trial.status).sort()).toEqual(['pruned', 'rejected', 'scored']);
    expect(trials[2]?.reason).toContain('tried before');
  });
});

describe('the budget', () => {
  it('names what a table lacks', () => {
    const judge = judgeOf(space, { kind: 'latency', budgetMs: 1 }, { ...table, timings: {} });
    expect(judge(largest(space)).reason).toContain('lacks');
  });

  it('needs a table to speak of milliseconds', () => {
    expect(() => judgeOf(space, { kind: 'latency', budgetMs: 1 }, null)).toThrow('latency table');
  });

  it('predicts the base from a complete table', () => {
    const verdict = judgeOf(space, { kind: 'latency', budgetMs: 100 }, table)(encode(space, base) ?? []);
    expect(verdict.latencyMs).toBeGreaterThan(1);
    expect(verdict.reason).toBeNull();
  });
});

describe('promoted and paretoFront', () => {
  it('keeps the best third, ties to the lower id', () => {
    const scores = [0.1, 0.5, 0.5, 0.5, 0.9].map((score, id) => ({ id, score }));
    expect(promoted(scores, 3)).toEqual([1, 4]);
    expect(promoted([], 3)).toEqual([]);
  });

  it('keeps what nobody beats on both axes', () => {
    const point = (latencyMs: number | null, validationAccuracy: number | null) => ({ latencyMs, validationAccuracy });
    const [a, b, c] = [point(1, 0.5), point(2, 0.8), point(3, 0.9)];
    const front = paretoFront([c, point(2, 0.7), a, point(3, 0.8), point(null, 1), point(0, null), b]);
    expect(front).toEqual([a, b, c]);
  });
});
