import { expect, test } from 'vitest';
import { coreOfTests } from '../../../test/support/simd-core';
import { smallNetworks } from '../../../test/support/small-networks';
import type { Architecture } from '../arch/architecture';
import { rngOf } from '../base/rng';
import type { ClassSet, Split } from '../data/dataset';
import { lower } from '../ops/lower';
import { optimizers, plainPictures } from '../task/optimize';
import { initTensors } from '../weights/init';
import { evaluate } from './evaluate';
import { defaultRecipe, type Recipe } from './recipe';
import { createSimdNetwork } from './simd/network';
import { runSteps } from './steps';
import { train, type TrainEvent } from './train';

const core = await coreOfTests();
const arch: Architecture = { ...smallNetworks[0]!, classes: 4 };

/** Pictures whose bright quarter is their class, under noise. */
function quarters(count: number, seed: number): Split {
  const rng = rngOf(seed);
  const labels = Uint8Array.from({ length: count }, () => rng.below(4));
  const images = new Uint8Array(count * 432);
  for (let i = 0; i < images.length; i++) {
    const pixel = Math.floor(i / 3) % 144;
    const quarter = (pixel >= 72 ? 2 : 0) + (pixel % 12 >= 6 ? 1 : 0);
    images[i] = rng.below(150) + (quarter === labels[Math.floor(i / 432)] ? 100 : 0);
  }
  return { count, images, labels };
}

const dataset: ClassSet = {
  kind: 'classes',
  id: 'quarters',
  name: 'Quarters',
  shape: [12, 12, 3],
  classes: ['a', 'b', 'c', 'd'],
  sha256: '',
  mean: [0.4, 0.4, 0.4],
  std: [0.2, 0.2, 0.2],
  splits: { train: quarters(130, 1), validation: quarters(50, 2), test: quarters(10, 3) }
};
const recipe = defaultRecipe({ epochs: 6, batchSize: 16, learningRate: 0.05, seed: 2 });
const slow: Partial<Recipe> = { epochs: 2, optimizer: { kind: 'sgd', momentum: 0, nesterov: true } };
const open = (batch = 16) => createSimdNetwork(core, arch, initTensors(lower(arch), 1), batch);

/** A clock that ticks 90 ms at every look. */
function ticking(): () => number {
  let now = 0;
  return () => (now += 90);
}

async function drain(run: Partial<Recipe>, startEpoch = 0, network = open(), data = dataset): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  const options = { clock: ticking(), startEpoch };
  for await (const event of train(network, data, { ...recipe, ...run }, options)) events.push(event);
  return events;
}

test('training learns what can be seen, on pictures it has not seen', async () => {
  const larger = { ...dataset, splits: { ...dataset.splits, train: quarters(800, 1) } };
  const events = await drain({}, 0, open(), larger);
  const epochs = events.filter((event) => event.kind === 'epoch');
  expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(epochs.at(-1).validationAccuracy).toBeGreaterThan(0.9);
  expect(epochs.at(-1).trainLoss).toBeLessThan(epochs[0]!.trainLoss / 2);
});

test('the same seed gives the same events, another seed does not', async () => {
  const first = await drain({ epochs: 2 });
  expect(await drain({ epochs: 2 })).toEqual(first);
  expect(await drain({ epochs: 2, seed: 3 })).not.toEqual(first);
});

test('step events come at most five times a second and count up to the end', async () => {
  const steps = (await drain({ epochs: 2 })).filter((event) => event.kind === 'step');
  const last = steps.at(-1);
  expect([last.step, last.steps, last.remainingMs]).toEqual([18, 18, 0]);
  const gaps = steps.slice(1).map((event, i) => event.elapsedMs - steps[i]!.elapsedMs);
  expect(Math.min(...gaps.filter((_, i) => steps[i + 1]!.step % 9 !== 0))).toBeGreaterThanOrEqual(200);
  expect(steps.every(({ imagesPerSecond }) => imagesPerSecond > 0)).toBe(true);
});

test('a run that goes on after an epoch shows the same pictures at the same rates', async () => {
  const whole = open();
  await drain(slow, 0, whole);
  const parts = open();
  for await (const event of train(parts, dataset, { ...recipe, ...slow }, { clock: ticking() })) {
    if (event.kind === 'epoch') break;
  }
  await drain(slow, 1, parts);
  expect(await parts.read()).toEqual(await whole.read());
});

test('trainLimit trains on that many pictures', async () => {
  const events = await drain({ epochs: 1, trainLimit: 32 });
  expect(events.filter((event) => event.kind === 'step').at(-1).steps).toBe(2);
});

test('mirrored pictures change what is learned', async () => {
  const epochOf = (events: TrainEvent[]) => events.find((event) => event.kind === 'epoch')!.trainLoss;
  expect(epochOf(await drain({ epochs: 1, augment: { ...plainPictures, flip: true } }))).not.toBe(
    epochOf(await drain({ epochs: 1 }))
  );
});

test('a loss that is no number ends the run with a reason', async () => {
  const network = open();
  const { 'stem.weight': stem } = await network.read();
  await network.write({ 'stem.weight': { shape: stem!.shape, data: stem!.data.fill(NaN) } });
  const events = await drain({}, 0, network);
  expect(events).toEqual([{ kind: 'failed', epoch: 0, step: 0, reason: 'loss must be a number, got NaN at step 0' }]);
});

test('evaluation counts every picture once, also in a short last batch', async () => {
  const network = open(16);
  const whole = await evaluate(network, 'validation', dataset, { batchSize: 16 });
  const single = await evaluate(network, 'validation', dataset, { batchSize: 7 });
  expect(whole.count).toBe(50);
  expect(single.value).toBe(whole.value);
  expect(single.loss).toBeCloseTo(whole.loss, 5);
  let pauses = 0;
  const pause = async (): Promise<void> => {
    pauses += 1;
  };
  expect((await evaluate(network, 'validation', dataset, { batchSize: 16, limit: 20, pause })).count).toBe(20);
  expect(pauses).toBe(2);
});

test('with averaging the averaged weights are scored, and training goes on with its own', async () => {
  const [plain, averaged] = [open(), open()];
  const plainEpoch = (await drain({ epochs: 1 }, 0, plain)).find((event) => event.kind === 'epoch')!;
  const epoch = (await drain({ epochs: 1, averaging: 0.8 }, 0, averaged)).find((event) => event.kind === 'epoch')!;
  expect(await averaged.read()).toEqual(await plain.read());
  expect(epoch.trainLoss).toBe(plainEpoch.trainLoss);
  await averaged.write(await averaged.readAveraged());
  const kept = await evaluate(averaged, 'validation', dataset, { batchSize: 16 });
  expect(kept.loss).toBe(epoch.validationLoss);
  expect(kept.loss).not.toBe(plainEpoch.validationLoss);
});

test('smoothing, clipping, cropping and other optimisers each change what is learned; the rest of the run stays', async () => {
  const lossOf = async (run: Partial<Recipe>): Promise<number> => {
    const events = await drain({ epochs: 1, ...run });
    return events.find((event) => event.kind === 'epoch')!.trainLoss;
  };
  const augment = { ...plainPictures, crop: 2, cutout: 4 };
  const runs: Partial<Recipe>[] = [{}, { smoothing: 0.1 }, { clipNorm: 0.1 }, { augment }];
  runs.push(
    { optimizer: optimizers.adamw, learningRate: 0.002 },
    { optimizer: optimizers.rmsprop, learningRate: 0.002 }
  );
  const losses: number[] = [];
  for (const run of runs) losses.push(await lossOf(run));
  expect(new Set(losses).size).toBe(runs.length);
  expect(Math.max(...losses)).toBeLessThan(3);
});

test('a last batch of any size counts: every picture of an epoch is seen once, whatever the batch', async () => {
  for (const batchSize of [1, 7, 16, 130]) {
    const only = { ...dataset, splits: { ...dataset.splits, train: quarters(17, 1) } };
    const counts: number[] = [];
    const network = open(batchSize);
    const stretch = { from: 0, to: Math.ceil(17 / batchSize), scheduleFrom: 0, scheduleSteps: 20 };
    for await (const { count } of runSteps(network, only, { ...recipe, batchSize }, stretch)) counts.push(count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(17);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});
