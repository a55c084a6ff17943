/** @file Tests of how many workers share a training: timed, asked for, kept by a resume, and what is left when one dies. */
import { expect, test } from 'vitest';
import { doors, doorsOf, platformOf, resultOf, run } from '../../../test/support/band-training';
import { replicaScript } from '../../../test/support/replica-threads';
import type { SpawnReplica } from '$lib/engine/simd/parallel-port';
import { replicaThreads } from '../../cli/open-parallel';

const threads = replicaThreads(await replicaScript());
const several = doorsOf(threads);
/** A device of so many cores whose threads start. */
const device = (cores: number, isolated = true) => platformOf(several, { cores, isolated });

const enginesOf = (done: Awaited<ReturnType<typeof run>>): string[] =>
  done.of('ready').flatMap(({ candidates }) => candidates.map(({ engine }) => engine));

test('one worker and all cores are timed, four at most and with 16 pictures each, and the pick is told', async () => {
  const estimate = { only: 'estimate', batchSize: 32 } as const;
  const two = await run(estimate, device(2));
  expect(enginesOf(two)).toEqual(['simd', 'simd:2']);
  const [ready] = two.of('ready');
  expect(ready?.candidates.map(({ build }) => build)[1]).toMatch(/^simd (plain|relaxed) [0-9a-f]{8} x2$/);
  expect(ready?.why).toMatch(
    /^Chosen by you: SIMD core(?: with 2 workers)? is the fastest of these, [\d.]+ ms a step here \(SIMD core/
  );
  expect(ready?.engine.endsWith(' x2')).toBe(ready?.workers === 2);
  expect(enginesOf(await run(estimate, device(1)))).toEqual(['simd']);
  expect(enginesOf(await run({ ...estimate, batchSize: 31 }, device(2)))).toEqual(['simd']);
  expect(enginesOf(await run({ ...estimate, batchSize: 96 }, device(64)))).toEqual(['simd', 'simd:4']);
  const auto = await run({ ...estimate, engine: 'auto' }, device(2));
  expect(enginesOf(auto)).toEqual(['simd', 'simd:2', 'tfjs:wasm']);
});

test('what was timed is remembered with its workers', async () => {
  const here = device(2);
  const first = await run({ only: 'estimate', batchSize: 32 }, here);
  const again = await run({ only: 'estimate', batchSize: 32 }, here);
  expect(again.of('ready')[0]).toMatchObject({
    workers: first.of('ready')[0]?.workers,
    candidates: first.of('ready')[0]?.candidates
  });
  expect(again.of('ready')[0]?.why).toContain('Timed on an earlier run here.');
});

test('a page that is not isolated trains with one worker and says so', async () => {
  const alone = await run({ only: 'estimate', batchSize: 32 }, device(2, false));
  expect(enginesOf(alone)).toEqual(['simd']);
  expect(alone.of('ready')[0]).toMatchObject({ workers: 1 });
  expect(alone.of('ready')[0]?.why).toContain('One worker: this page is not cross-origin isolated');
  const asked = await run({ only: 'estimate', workers: 1, batchSize: 32 }, device(2, false));
  expect(asked.of('ready')[0]?.why).not.toContain('isolated');
});

test('threads that do not start leave one worker, and the reason', async () => {
  const failing: SpawnReplica = () => Promise.reject(new Error('no thread left'));
  const left = await run({ epochs: 1, batchSize: 32 }, platformOf(doorsOf(failing), { cores: 2 }));
  expect(left.of('ready')[0]).toMatchObject({ workers: 1, warning: null, refused: [{ engine: 'simd:2' }] });
  expect(left.of('ready')[0]?.refused[0]?.reason).toContain('no thread left');
  expect(left.end.kind).toBe('done');
});

test('a number that was asked for is used, kept with the result, and by an exact resume', async () => {
  const whole = await run({ workers: 2 }, device(1));
  expect(whole.of('ready')[0]).toMatchObject({ workers: 2, why: 'Chosen by you: SIMD core with 2 workers.' });
  expect(resultOf(whole).from.engine).toMatch(/ x2$/);
  expect(resultOf(whole).from.checked?.worst).toBeLessThan(1e-4);
  const [first] = whole.of('epoch');
  const resumed = { start: first!.checkpoint, memory: first!.memory };
  const rest = await run({ ...resumed, engine: 'auto' }, device(1));
  expect(rest.of('ready')[0]).toMatchObject({ workers: 2, why: 'As in the epochs before.', warning: null });
  expect(resultOf(rest)).toEqual(resultOf(whole));
  expect(resultOf(await run({ workers: 1 })).tensors, 'one worker adds up otherwise').not.toEqual(
    resultOf(whole).tensors
  );

  const elsewhere = await run(
    { ...resumed, engine: 'auto' },
    platformOf(doorsOf(() => Promise.reject(new Error('none'))))
  );
  expect(elsewhere.of('ready')[0]?.workers).toBe(1);
  expect(elsewhere.of('ready')[0]?.warning).toContain('losses will part in their last digits');
  expect(elsewhere.end.kind).toBe('done');
  const changed = await run({ ...resumed, workers: 1 }, device(1));
  expect(changed.of('ready')[0]).toMatchObject({ workers: 1, why: 'Chosen by you: SIMD core.' });
});

test('several workers on another engine than the core are refused', async () => {
  const refused = await run({ workers: 2, engine: 'tfjs' }, platformOf(doors));
  expect(refused.end).toMatchObject({
    kind: 'failed',
    reason: 'several workers train on the SIMD core only, tfjs was asked for'
  });
});

test('a worker that dies ends the training in a sentence; from its last epoch it goes on as if nothing had happened', async () => {
  let steps = 0;
  /** Threads that die in their fifth step of training. */
  const mortal: SpawnReplica = async (listener) => {
    const port = await threads(listener);
    return {
      ...port,
      send(request) {
        port.send(request);
        if (request.kind !== 'step' || request.job.update.learningRate === 0 || ++steps !== 5) return;
        port.kill();
      }
    };
  };
  const broken = await run({ workers: 2 }, platformOf(doorsOf(mortal)));
  expect(broken.end).toMatchObject({
    kind: 'failed',
    reason: 'worker 2 of this training ended: its thread stopped with code 1'
  });
  const kept = broken.of('epoch');
  expect(kept.map(({ epoch }) => epoch)).toEqual([1]);
  const rest = await run({ start: kept[0]!.checkpoint, memory: kept[0]!.memory }, device(1));
  expect(resultOf(rest)).toEqual(resultOf(await run({ workers: 2 }, device(1))));
});
