/** @file Tests of a training run on real engines: its events, an exact resume, the check with TensorFlow.js, what fails it. */
import { describe, expect, test } from 'vitest';
import { dataset, request } from '../../../test/support/bands';
import { doors, doorsWithTfjs, platformOf, resultOf, run } from '../../../test/support/band-training';
import type { Engine } from '$lib/engine/engine';
import { lower } from '$lib/ops/lower';
import type { Tensors } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';
import { createTrainRunner } from './runner';

describe('a training run', () => {
  test('tells its engine, an estimate, every epoch, the check and a report, and keeps what was checked', async () => {
    const done = await run();
    const [ready] = done.of('ready');
    expect(ready).toMatchObject({ frame: 'tfjs 4.22.0 wasm', warning: null, workers: 1 });
    expect(ready?.engine).toMatch(/^simd /);
    expect(done.of('estimate')).toMatchObject([{ steps: 9 }]);
    expect(done.of('epoch').map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    for (const { checkpoint } of done.of('epoch')) expect(checkpoint.from.checked?.worst).toBeLessThan(1e-4);
    const [{ checked } = { checked: null }] = done.of('checked');
    expect(checked).toEqual(resultOf(done).from.checked);
    const [{ report } = { report: null }] = done.of('report');
    if (report?.kind !== 'classes') throw new Error('test: classes were asked for');
    expect(report.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(24);
    expect(report.accuracy).toBe(resultOf(done).from.validationAccuracy);
    expect(report.worst.every(({ truth, predicted }) => truth !== predicted)).toBe(true);
    expect(done.end.kind).toBe('done');
  });

  test.each([
    ['SGD', {}],
    ['averaged weights', { averaging: 0.9 }]
  ])('goes on from an epoch as if it had never stopped: %s', async (_, recipe) => {
    const whole = await run({ recipe });
    const [first] = whole.of('epoch');
    const rest = await run({ recipe, start: first!.checkpoint, memory: first!.memory });
    expect(rest.of('epoch').map(({ trainLoss }) => trainLoss)).toEqual(
      whole
        .of('epoch')
        .slice(1)
        .map(({ trainLoss }) => trainLoss)
    );
    expect(resultOf(rest).tensors).toEqual(resultOf(whole).tensors);
  });

  test('learns from a teacher: its answers change the losses', async () => {
    const plain = await run();
    const checkpoint = resultOf(plain);
    const loss = { kind: 'kl', temperature: 2, weight: 0.5 } as const;
    const taught = await run({ teacher: { checkpoint, loss } });
    const losses = (of: typeof plain) => of.of('epoch').map(({ trainLoss }) => trainLoss);
    expect(losses(taught)).not.toEqual(losses(plain));
    const arch = { ...checkpoint.arch, input: [8, 8, 3] as const };
    const other = await run({ teacher: { checkpoint: { ...checkpoint, arch }, loss } });
    expect(other.end).toMatchObject({ kind: 'failed', reason: expect.stringContaining('teacher') as string });
  });

  test('stopped in its first epoch, leaves what was reached, checked', async () => {
    const runner = createTrainRunner(platformOf());
    const end = await runner.run({ ...request, epochs: 50, batchSize: 2 }, (event) => {
      if (event.kind === 'step') runner.stop();
      return Promise.resolve();
    });
    expect(end.kind === 'failed' ? end.reason : end.kind).toBe('stopped');
    const { from, tensors } = resultOf({ end });
    expect(from.epochs).toBe(0);
    expect(from.checked?.worst).toBeLessThan(1e-4);
    expect(tensors).not.toEqual(initTensors(lower(request.arch), request.seed));
  });

  test('only estimates when that is asked', async () => {
    const asked = await run({ only: 'estimate' });
    expect(asked.end).toEqual({ kind: 'stopped', result: null });
    expect(asked.of('estimate')[0]?.stepMs).toBeGreaterThan(0);
    expect(asked.of('step')).toEqual([]);
  });

  test('times engines once, and remembers', async () => {
    const platform = platformOf();
    const first = await run({ engine: 'auto', only: 'estimate' }, platform);
    const [ready] = first.of('ready');
    expect(ready?.candidates.map(({ engine }) => engine)).toEqual(['simd', 'tfjs:wasm']);
    expect(ready?.why).toContain('trains a step in');
    const again = await run({ engine: 'auto', only: 'estimate' }, platform);
    expect(again.of('ready')[0]?.why).toContain('Timed on an earlier run here.');
    const other = await run({ engine: 'auto', only: 'estimate', batchSize: 8 }, platform);
    expect(other.of('ready')[0]?.why).not.toContain('earlier');
  });

  test('warns where there is no SIMD, and trains on TensorFlow.js', async () => {
    const none = { ...doors, simd: () => Promise.reject(new Error('this machine must run WebAssembly SIMD')) };
    const slow = await run({ engine: 'auto', epochs: 1 }, platformOf(none));
    expect(slow.of('ready')[0]).toMatchObject({ engine: 'tfjs 4.22.0 wasm', frame: null });
    expect(slow.of('ready')[0]?.warning).toContain('must run WebAssembly SIMD');
    expect(slow.end.kind).toBe('done');
    expect(resultOf(slow).from.checked).toBeUndefined();
  });

  test('says so where TensorFlow.js does not open, and trains unchecked', async () => {
    const bare = { ...doors, tfjs: (): Promise<Engine> => Promise.reject(new Error('no file')) };
    const unchecked = await run({ epochs: 1 }, platformOf(bare));
    expect(unchecked.of('ready')[0]?.warning).toContain('not checked');
    expect(resultOf(unchecked).from.checked).toBeUndefined();
  });

  test.each([null, 0.9])('checks and scores the very weights that are kept, averaging %j', async (averaging) => {
    let answered: Tensors[] = [];
    const noting = doorsWithTfjs((network) => {
      const note = async (): Promise<void> => void answered.push(await network.read());
      return {
        outputs: (images, count) => note().then(() => network.outputs(images, count)),
        forward: (images, count) => note().then(() => network.forward(images, count))
      };
    });
    let best: Tensors = {};
    const answeredAs = (kept: Tensors): void => {
      expect(answered.length).toBeGreaterThan(0);
      for (const tensors of answered) expect(tensors).toEqual(kept);
      answered = [];
    };
    const asked = { ...request, recipe: { averaging } };
    const end = await createTrainRunner(platformOf(noting)).run(asked, async (event) => {
      if (event.kind === 'epoch') {
        const { tensors } = event.checkpoint;
        answeredAs(tensors);
        if (event.best) best = tensors;
        const proper = event.memory[`weights/stem.weight`];
        expect(proper !== undefined).toBe(averaging !== null);
        if (proper) expect(tensors['stem.weight']).not.toEqual(proper);
      } else if (event.kind === 'estimate' || event.kind === 'checked') answered = [];
      else if (event.kind === 'report') answeredAs(best);
    });
    expect(resultOf({ end }).tensors).toEqual(best);
  });

  test('fails in a sentence when the engines disagree', async () => {
    const skewed = doorsWithTfjs((network) => ({
      outputs: async (images, count) =>
        (await network.outputs(images, count)).map((map) => map.map((value) => value * 1.001))
    }));
    const broken = await run({}, platformOf(skewed));
    expect(broken.end).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('must give the same answers on the same weights') as string
    });
    expect(broken.of('epoch')).toEqual([]);
  });

  test('fails in a sentence when pictures hold no numbers, though the loss may stay one', async () => {
    const flat = { ...dataset, std: [0] };
    const data = { kind: 'own', dataset: flat } as const;
    for (const engine of ['simd', 'tfjs'] as const) {
      const apart = await run({ data, engine, epochs: 1 });
      expect(apart.end).toMatchObject({ kind: 'failed', reason: expect.stringContaining('must') as string });
    }
  });

  test('fails in a sentence when the loss breaks', async () => {
    const wild = await run({ learningRate: 1e30 });
    expect(wild.end).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('loss must be a number') as string
    });
  });
});
