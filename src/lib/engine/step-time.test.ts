/** @file Tests of timing a step: by a clock that only steps move on an engine from outside, and on the real core. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { coreOfTests } from '../../../test/support/simd-core';
import { smallNetworks } from '../../../test/support/small-networks';
import { lower } from '../ops/lower';
import { initTensors } from '../weights/init';
import type { Engine, Network } from './engine';
import { openSimdEngine } from './simd/network';
import { timeAnswers, timeStep, type StepTimer } from './step-time';

const [arch] = smallNetworks;
if (!arch) throw new Error('test: there must be a small network');
const tensors = initTensors(lower(arch), 1);
const core = openSimdEngine(await coreOfTests());

/** What a step on so many pictures costs in ms, by the number of steps before it. */
type Cost = (count: number, before: number) => number;

/** An engine from outside whose steps take what `cost` says on a clock of its own. */
function steady(cost: Cost) {
  let now = 1000;
  const counts: number[] = [];
  let disposed = 0;
  const network = {
    arch,
    trainStep({ count }: { readonly count: number }) {
      now += cost(count, counts.length);
      counts.push(count);
      return Promise.resolve({ loss: 1, correct: 0, terms: count });
    },
    forward(_: Float32Array, count: number) {
      now += cost(count, counts.length);
      counts.push(count);
      return Promise.resolve(new Float32Array());
    },
    dispose: () => void (disposed += 1)
  };
  const engine: Engine = {
    kind: 'tfjs',
    build: 'outside 1',
    createNetwork: () => Promise.resolve(network as unknown as Network)
  };
  const time = async (batchSize: number, timer: Omit<StepTimer, 'clock'>) => {
    const answer = await timeStep(engine, { arch: arch!, tensors, batchSize }, { ...timer, clock: () => now });
    return { answer, counts, disposed };
  };
  const answers = async (batchSize: number) => {
    const each = await timeAnswers(engine, { arch: arch!, tensors, batchSize }, () => now);
    return { each, counts, disposed };
  };
  return { engine, network, time, answers };
}

describe('answers by a clock that only they move', () => {
  test('are timed on a whole batch although one picture alone costs mostly overhead', async () => {
    const { answers } = steady((count) => 40 + count);
    expect(await answers(32)).toEqual({ each: 72 / 32, counts: [1, 1, 4, 4, 32, 32], disposed: 1 });
  });

  test('are timed on one picture where more would take long', async () => {
    const { answers } = steady((count) => 200 * count);
    expect(await answers(32)).toEqual({ each: 200, counts: [1, 1], disposed: 1 });
  });
});

describe('a step by a clock that only steps move', () => {
  test('is the middle of five steps on a whole batch, after one that warms up', async () => {
    const slow = [90, 10, 30, 20, 1000];
    const { time } = steady((count, before) => (count === 1 ? 3 : (slow[before - 3] ?? 500)));
    expect(await time(8, { limitMs: 8000 })).toEqual({
      answer: { kind: 'timed', stepMs: 30 },
      counts: [1, 1, 8, 8, 8, 8, 8, 8],
      disposed: 1
    });
  });

  test('is timed once where a quarter of the time is over', async () => {
    const { time } = steady((count) => 2 + count);
    const { answer, counts } = await time(8, { limitMs: 100 });
    expect([answer, counts]).toEqual([{ kind: 'timed', stepMs: 10 }, [1, 1, 8, 8]]);
  });

  test('of one picture is the second one', async () => {
    const { time } = steady((_, before) => 50 - 40 * before);
    const { answer, counts } = await time(1, { limitMs: 100 });
    expect([answer, counts]).toEqual([{ kind: 'timed', stepMs: 10 }, [1, 1]]);
  });

  test('is broken off where one picture alone takes longer than the best', async () => {
    const { time } = steady((count) => 5 + count);
    expect(await time(8, { limitMs: 4000, beatMs: 5.5 })).toEqual({
      answer: { kind: 'over', moreThanMs: 6 },
      counts: [1, 1],
      disposed: 1
    });
    expect((await steady((count) => 5 + count).time(8, { limitMs: 4000, beatMs: 6 })).answer.kind).toBe('timed');
  });

  test('is estimated from a quarter of the batch where the whole would take too long', async () => {
    const { time } = steady((count) => 10 + 5 * count);
    const { answer, counts } = await time(32, { limitMs: 400 });
    expect([answer, counts]).toEqual([{ kind: 'estimated', stepMs: 200 }, [1, 1, 8, 8]]);
  });

  test('is estimated from one picture where even that would', async () => {
    const { time } = steady((count) => 10 + 5 * count);
    const { answer, counts } = await time(32, { limitMs: 100 });
    expect([answer, counts]).toEqual([{ kind: 'estimated', stepMs: 480 }, [1, 1]]);
  });
});

describe('an engine that is silent', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** An engine whose steps end when told to. */
  function late() {
    const own = steady(() => 1);
    let end: { done: () => void; fail: (error: Error) => void } | null = null;
    let disposed = 0;
    own.network.dispose = () => void (disposed += 1);
    own.network.trainStep = () =>
      new Promise((resolve, reject) => {
        end = { done: () => resolve({ loss: 1, correct: 0, terms: 1 }), fail: reject };
      });
    const timing = timeStep(own.engine, { arch: arch!, tensors, batchSize: 1 }, { clock: () => 0, limitMs: 2500 });
    return { timing, answer: () => end, disposed: () => disposed };
  }

  test.each(['done', 'fail'] as const)(
    'is given up in a sentence; its network only when the step is %s',
    async (how) => {
      const { timing, answer, disposed } = late();
      const refused = expect(timing).rejects.toThrow('outside 1: a training step must end within 2.5 s, it did not');
      await vi.advanceTimersByTimeAsync(2499);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      await refused;
      expect(disposed()).toBe(0);
      // The late answer of the first step asks for the second, which fails or ends the timing.
      answer()?.[how](new Error('too late'));
      await vi.advanceTimersByTimeAsync(0);
      if (how === 'done') answer()?.done();
      await vi.advanceTimersByTimeAsync(0);
      expect(disposed()).toBe(1);
    }
  );

  test('that answers in time leaves no alarm behind', async () => {
    const { timing, answer, disposed } = late();
    for (const wait of [2000, 400]) {
      await vi.advanceTimersByTimeAsync(wait);
      answer()?.done();
    }
    expect(await timing).toEqual({ kind: 'timed', stepMs: 0 });
    expect([vi.getTimerCount(), disposed()]).toEqual([0, 1]);
  });

  test('that refuses a step is told with its own reason, and its network given up', async () => {
    const { timing, answer, disposed } = late();
    const refused = expect(timing).rejects.toThrow('the device is lost');
    await vi.advanceTimersByTimeAsync(0);
    answer()?.fail(new Error('the device is lost'));
    await refused;
    expect([vi.getTimerCount(), disposed()]).toEqual([0, 1]);
  });
});

test('timing the core learns nothing: every weight is as it was, and the clock is the one given', async () => {
  let [reads, checked] = [0, 0];
  const watched: Engine = {
    ...core,
    async createNetwork(...what) {
      const network = await core.createNetwork(...what);
      const trainStep: Network['trainStep'] = async (...step) => {
        const done = await network.trainStep(...step);
        const now = await network.read();
        for (const [name, { data }] of Object.entries(tensors).filter(([one]) => !/\.(mean|variance)$/.test(one)))
          expect(now[name]?.data, name).toEqual(data);
        checked += 1;
        return done;
      };
      return { ...network, arch: network.arch, trainStep, dispose: () => network.dispose() };
    }
  };
  const answer = await timeStep(watched, { arch, tensors, batchSize: 4 }, { clock: () => (reads += 1), limitMs: 4000 });
  expect([answer, checked]).toEqual([{ kind: 'timed', stepMs: 1 }, 8]);
});
