/** @file Tests of what a training leaves: the best epoch and its report, stopped or not; what its optimizer may remember. */
import { describe, expect, test } from 'vitest';
import { request } from '../../../test/support/bands';
import { platformOf, resultOf, run } from '../../../test/support/band-training';
import { optimizers } from '$lib/task/optimize';
import type { TrainEvent, TrainRequest } from './protocol';
import { createTrainRunner } from './runner';

type Ran = Awaited<ReturnType<typeof run>>;

/** Runs until an event is met, then stops; answers it with every event. */
async function stoppedAt(meets: (event: TrainEvent) => boolean, changes: Partial<TrainRequest> = {}): Promise<Ran> {
  const runner = createTrainRunner(platformOf());
  const events: TrainEvent[] = [];
  const end = await runner.run({ ...request, ...changes }, (event) => {
    events.push(event);
    if (meets(event)) runner.stop();
    return Promise.resolve();
  });
  const of: Ran['of'] = (kind) =>
    events.filter((event): event is Extract<TrainEvent, { kind: typeof kind }> => event.kind === kind);
  return { end, events, of };
}

const reported = ({ of }: Ran): number => {
  const [{ report } = { report: null }] = of('report');
  if (report?.kind !== 'classes') throw new Error('test: classes were asked for');
  return report.accuracy;
};
const accuracies = ({ of }: Ran): number[] => of('epoch').map(({ validationAccuracy }) => validationAccuracy);
const losses = ({ of }: Ran): number[] => of('epoch').map(({ trainLoss }) => trainLoss);

describe('a training keeps', () => {
  test('the best epoch and reports on it, where later ones are worse', async () => {
    const worsening = await run({
      epochs: 8,
      learningRate: 0.4,
      recipe: { schedule: { kind: 'constant', warmupSteps: 0 } }
    });
    const all = accuracies(worsening);
    const best = all.indexOf(Math.max(...all));
    expect(all.at(-1)).toBeLessThan(all[best]!);
    expect(resultOf(worsening)).toEqual(worsening.of('epoch')[best]?.checkpoint);
    expect(reported(worsening)).toBe(all[best]);
    const kept = worsening.of('epoch').filter((event) => event.best);
    expect(kept.at(-1)?.epoch).toBe(best + 1);
  });

  test('the epoch before, stopped in the second', async () => {
    const stopped = await stoppedAt((event) => event.kind === 'step' && event.epoch === 1, { batchSize: 4 });
    expect(stopped.end.kind).toBe('stopped');
    expect(stopped.of('epoch')).toHaveLength(1);
    expect(resultOf(stopped)).toEqual(stopped.of('epoch')[0]?.checkpoint);
    expect(reported(stopped)).toBe(accuracies(stopped)[0]);
  });

  test.each([
    ['plain', {}],
    ['averaged', { averaging: 0.5 }]
  ])('what it had, with its score, stopped in the first: %s weights', async (_, recipe) => {
    const stopped = await stoppedAt((event) => event.kind === 'step', { recipe });
    expect(stopped.of('epoch')).toEqual([]);
    const { from } = resultOf(stopped);
    expect(from.epochs).toBe(0);
    expect(reported(stopped)).toBe(from.validationAccuracy);
  });

  test('what it went on from, stopped before it had an epoch of its own', async () => {
    const [first] = (await run()).of('epoch');
    const stopped = await stoppedAt((event) => event.kind === 'step', {
      start: first!.checkpoint,
      memory: first!.memory
    });
    expect(resultOf(stopped)).toEqual(first!.checkpoint);
  });

  test('what was to beat, unless an epoch on the same pictures is better', async () => {
    const result = resultOf(await run());
    const perfect = { ...result, from: { ...result.from, validationAccuracy: 1 } };
    const beaten = await run({ best: perfect });
    expect(beaten.of('epoch').map(({ best }) => best)).toEqual([false, false, false]);
    expect(resultOf(beaten)).toEqual(perfect);
    const elsewhere = { ...perfect, from: { ...perfect.from, datasetSha256: 'other' } };
    expect(resultOf(await run({ best: elsewhere }))).toEqual(result);
  });
});

test('what another rule remembered is left out and said so', async () => {
  const [first] = (await run()).of('epoch');
  const start = first!.checkpoint;
  const recipe = { optimizer: optimizers.adam };
  const anew = await run({ start, recipe, learningRate: 0.003 });
  const other = await run({ start, recipe, learningRate: 0.003, memory: first!.memory });
  expect(losses(other)).toEqual(losses(anew));
  expect(other.of('ready')[0]?.warning).toContain('What sgd remembered is of no use to adam');
  expect((await run({ start, memory: first!.memory })).of('ready')[0]?.warning).toBeNull();
});

test('a pause is no time at work: neither elapsed nor in what remains', async () => {
  let now = 0;
  const pauseMs = 3_600_000;
  const runner = createTrainRunner(platformOf(undefined, { clock: () => (now += 10) }));
  const steps: (TrainEvent & { kind: 'step' })[] = [];
  const end = await runner.run({ ...request, batchSize: 2 }, (event) => {
    if (event.kind !== 'step') return Promise.resolve();
    steps.push(event);
    if (steps.length === 2) {
      runner.pause();
      setTimeout(() => {
        now += pauseMs;
        runner.resume();
      });
    }
    return Promise.resolve();
  });
  expect(end.kind).toBe('done');
  expect(now).toBeGreaterThan(pauseMs);
  expect(steps.length).toBeGreaterThan(3);
  for (const { elapsedMs, remainingMs } of steps) expect(elapsedMs + remainingMs).toBeLessThan(pauseMs / 10);
});
