import { spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';
import type { Batch, Network } from '$lib/engine/engine';
import { createSimdNetwork } from '$lib/engine/simd/network';
import { answersOf, shareOf } from '$lib/engine/simd/parallel';
import { openParallelEngine } from '$lib/engine/simd/parallel-engine';
import type { ReplicaRequest, SpawnReplica } from '$lib/engine/simd/parallel-port';
import { lower } from '$lib/ops/lower';
import type { LabelledBox } from '$lib/data/dataset';
import { plainBoxes, plainClasses, type Objective } from '$lib/task/objective';
import type { Tensors } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';
import { replicaThreads } from '../../cli/open-parallel';
import { detector, segmenter } from '../../../test/support/dense-networks';
import { replicaScript } from '../../../test/support/replica-threads';
import { coreOfTests } from '../../../test/support/simd-core';
import { livelyTensors, randomBatch, smallNetworks } from '../../../test/support/small-networks';
import { nesterov } from '../../../test/support/updates';

const core = await coreOfTests();
const threads = replicaThreads(await replicaScript());
const normed = smallNetworks[0]!;
const normless = smallNetworks.filter(({ norm }) => norm === null);

const sgd = nesterov({ learningRate: 0.05, momentum: 0.9 });
/** Leaves the gradient itself as the difference of the weights. */
const bare = nesterov({ learningRate: 1 });

/** Every thread that was started, by Node's own news of it. */
const started: Worker[] = [];
subscribe('worker_threads', (news) => started.push((news as { worker: Worker }).worker));

const running = (): number => started.filter(({ threadId }) => threadId !== -1).length;
const allGone = async (): Promise<void> => {
  await expect.poll(running, { timeout: 10_000 }).toBe(0);
};

const open: Network[] = [];
afterEach(async () => {
  for (const network of open.splice(0)) network.dispose();
  await allGone();
});

async function parallel(
  arch: Architecture,
  workers: number,
  { tensors = livelyTensors(arch, 3), spawn = threads, limitMs = 20_000, maxBatch = 16 } = {}
): Promise<Network> {
  const engine = openParallelEngine(core, spawn, { workers, limitMs });
  const network = await engine.createNetwork(arch, tensors, maxBatch);
  open.push(network);
  return network;
}

/** Largest difference of two sets of tensors over the largest entry of each tensor. */
function furthest(found: Tensors, wanted: Tensors): number {
  const gaps = Object.entries(wanted).map(([name, { data }]) => {
    const largest = data.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-6);
    return data.reduce((top, value, i) => Math.max(top, Math.abs(value - found[name]!.data[i]!)), 0) / largest;
  });
  return Math.max(...gaps);
}

/** What worker `worker` sees of a batch. */
function part(batch: Batch, worker: number, workers: number): Batch {
  const { from, to } = shareOf(batch.count, worker, workers);
  const size = batch.images.length / batch.count;
  const images = batch.images.slice(from * size, to * size);
  return { count: to - from, images, ...answersOf(batch, worker, workers) };
}

/** One class a pixel, most of them to be ignored in the later pictures. */
function masks(arch: Architecture, count: number): Batch {
  const [height, width] = lower(arch).at(-1)!.out;
  const rng = rngOf(8);
  const labels = Uint8Array.from({ length: count * height * width }, (_, i) =>
    rng.next() * count * height * width < i ? 255 : rng.below(arch.classes)
  );
  return { ...randomBatch(arch, count, 3), labels };
}

/** More things in the earlier pictures than in the later ones. */
function scenes(arch: Architecture, count: number): Batch {
  const boxes = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count - i }, (_, j): LabelledBox => ({
      box: [0.1, 0.2, 0.5 + j / 40, 0.9],
      class: 1 + (j % 2)
    }))
  );
  return { ...randomBatch(arch, count, 3), boxes };
}

async function curve(arch: Architecture, workers: number, steps: number): Promise<number[]> {
  const network = await parallel(arch, workers, { tensors: initTensors(lower(arch), 1) });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    losses.push((await network.trainStep(randomBatch(arch, 16 - (step % 3), step), plainClasses, sgd)).loss);
  }
  return losses;
}

test('the engine names its build and the number of workers', () => {
  expect(openParallelEngine(core, threads, { workers: 3 }).build).toMatch(/^simd (plain|relaxed) [0-9a-f]{8} x3$/);
});

test.each(normless.flatMap((arch) => [2, 3].map((workers) => ({ arch, workers, name: arch.name }))))(
  'without norms $workers workers do what one does: $name',
  async ({ arch, workers }) => {
    const tensors = livelyTensors(arch, 3);
    const single = createSimdNetwork(core, arch, tensors, 16);
    const several = await parallel(arch, workers, { tensors });
    for (const count of [16, 7, 1]) {
      const batch = randomBatch(arch, count, count);
      const wanted = await single.trainStep(batch, plainClasses, sgd);
      const { loss, correct } = await several.trainStep(batch, plainClasses, sgd);
      expect(Math.abs(loss - wanted.loss), `loss of ${count} pictures`).toBeLessThan(1e-6);
      expect(correct).toBe(wanted.correct);
      expect(furthest(await several.read(), await single.read()), `tensors after ${count}`).toBeLessThan(2e-6);
    }
  }
);

const ignoring: Objective = { kind: 'pixels', loss: 'crossEntropy', ignore: 255 };
const mask = segmenter(24);
const boxed = detector(32);

test.each([
  { of: 'classes', workers: 2, arch: normed, batch: randomBatch(normed, 15, 6), objective: plainClasses },
  { of: 'classes', workers: 3, arch: normed, batch: randomBatch(normed, 16, 6), objective: plainClasses },
  { of: 'pixels that count', workers: 2, arch: mask, batch: masks(mask, 6), objective: ignoring },
  { of: 'matched boxes', workers: 3, arch: boxed, batch: scenes(boxed, 6), objective: plainBoxes }
])(
  'with norms the gradient of $of is the mean over $workers shares by terms, statistics are those of the first',
  async ({ arch, workers, batch, objective }) => {
    const tensors = livelyTensors(arch, 4);
    const several = await parallel(arch, workers, { tensors });
    const result = await several.trainStep(batch, objective, bare);
    const after = await several.read();
    const alone = Array.from({ length: workers }, (_, worker) => {
      const network = createSimdNetwork(core, arch, tensors, 16);
      const { loss, terms } = network.backward(part(batch, worker, workers), objective);
      return { network, terms, loss, gradients: network.readGradients() };
    });
    const terms = alone.map((one) => one.terms);
    expect(terms, 'unequal shares').not.toEqual(terms.map(() => terms[0]));
    expect(result.terms).toBe(alone.reduce((sum, { terms }) => sum + terms, 0));
    const weighted = (start: number, of: (one: (typeof alone)[number]) => number): number =>
      alone.reduce((sum, one) => sum + (one.terms / result.terms) * of(one), start);
    expect(result.loss).toBeCloseTo(
      weighted(0, ({ loss }) => loss),
      10
    );
    const first = await alone[0]!.network.read();
    for (const [name, { shape, data }] of Object.entries(after)) {
      const wanted = first[name]!.data.map((value, i) =>
        weighted(value, ({ gradients }) => -(gradients[name]?.data[i] ?? 0))
      );
      expect(furthest({ [name]: { shape, data } }, { [name]: { shape, data: wanted } }), name).toBeLessThan(1e-6);
    }
  }
);

test('thirty steps have the same bits twice, also while something else burns the processor', async () => {
  const quiet = await curve(normed, 3, 30);
  const burner = spawn(process.execPath, ['-e', 'for(;;);']);
  try {
    expect(await curve(normed, 3, 30)).toEqual(quiet);
  } finally {
    burner.kill('SIGKILL');
  }
  expect(quiet.at(-1)).toBeLessThan(quiet[0]!);
  expect(new Set(quiet).size).toBe(30);
});

test('what is written reaches every replica, with what the optimizer keeps', async () => {
  const update = { ...sgd, averaging: 0.9 };
  const [one, other] = [await parallel(normed, 2), await parallel(normed, 2, { tensors: livelyTensors(normed, 9) })];
  const batch = (step: number): Batch => randomBatch(normed, 16, step);
  for (let step = 0; step < 4; step++) await one.trainStep(batch(step), plainClasses, update);
  await other.trainStep(batch(99), plainClasses, update);
  await other.write(await one.read());
  await other.writeState(await one.readState());
  for (let step = 4; step < 8; step++) {
    const wanted = await one.trainStep(batch(step), plainClasses, update);
    expect(await other.trainStep(batch(step), plainClasses, update)).toEqual(wanted);
  }
  expect(await other.readAveraged()).toEqual(await one.readAveraged());
});

test('answers, maps and pictures of any number come from the caller’s own copy', async () => {
  const tensors = livelyTensors(normed, 3);
  const single = createSimdNetwork(core, normed, tensors, 16);
  const several = await parallel(normed, 2, { tensors });
  const { images } = randomBatch(normed, 21, 2);
  expect(await several.forward(images, 21)).toEqual(await single.forward(images, 21));
  expect(await several.outputs(images, 21)).toEqual(await single.outputs(images, 21));
  const ids = ['row02.expand'];
  expect(await several.activations(images, 21, ids)).toEqual(await single.activations(images, 21, ids));
  await expect(several.trainStep(randomBatch(normed, 17, 1), plainClasses, sgd)).rejects.toThrow('1 to 16 pictures');
});

test('dispose leaves no thread, and memory stays as it is over 6 networks', async () => {
  const life = async (): Promise<void> => {
    const network = await parallel(normed, 3);
    for (let step = 0; step < 3; step++) await network.trainStep(randomBatch(normed, 16, step), plainClasses, sgd);
    expect(running()).toBe(2);
    network.dispose();
    await allGone();
    await expect(network.trainStep(randomBatch(normed, 16, 1), plainClasses, sgd)).rejects.toThrow('was ended');
  };
  for (let i = 0; i < 2; i++) await life();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 6; i++) await life();
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(40);
}, 60_000);

test('memory stays as it is over 400 steps', async () => {
  const network = await parallel(normed, 2);
  const steps = async (count: number): Promise<void> => {
    for (let step = 0; step < count; step++) await network.trainStep(randomBatch(normed, 16, step), plainClasses, sgd);
  };
  await steps(100);
  const before = process.memoryUsage.rss();
  await steps(400);
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(30);
});

test('a replica that dies ends the training with a sentence', async () => {
  const network = await parallel(normed, 3);
  await network.trainStep(randomBatch(normed, 16, 1), plainClasses, sgd);
  void started.at(-1)?.terminate();
  const dead = 'worker 3 of this training ended: its thread stopped with code 1';
  await expect(network.trainStep(randomBatch(normed, 16, 2), plainClasses, sgd)).rejects.toThrow(dead);
  await expect(network.trainStep(randomBatch(normed, 16, 3), plainClasses, sgd)).rejects.toThrow(dead);
  expect((await network.forward(randomBatch(normed, 1, 1).images, 1)).length).toBe(normed.classes);
  await allGone();
});

/** Threads that never hear of the steps. */
const deaf: SpawnReplica = async (listener) => {
  const port = await threads(listener);
  return { ...port, send: (request: ReplicaRequest) => request.kind !== 'step' && port.send(request) };
};

test('a replica that does not answer ends the training with a sentence', async () => {
  const network = await parallel(normed, 2, { spawn: deaf, limitMs: 300 });
  const step = network.trainStep(randomBatch(normed, 16, 1), plainClasses, sgd);
  await expect(step).rejects.toThrow('a worker of this training did not answer within 1 s');
  await allGone();
});

test('what goes wrong in a replica is told, and what goes wrong in the caller ends the replicas', async () => {
  const labelled = (at: number): Batch => {
    const batch = randomBatch(normed, 16, 1);
    batch.labels[at] = 250;
    return batch;
  };
  const theirs = await parallel(normed, 2);
  await expect(theirs.trainStep(labelled(15), plainClasses, sgd)).rejects.toThrow(
    /^worker 2 of this training failed: .*250/
  );
  const mine = await parallel(normed, 2);
  await expect(mine.trainStep(labelled(0), plainClasses, sgd)).rejects.toThrow(/250/);
  await allGone();
});

test('a thread that does not start, or cannot build its network, is told when the network is made', async () => {
  await expect(parallel(normed, 2, { spawn: replicaThreads('/nowhere/replica.mjs') })).rejects.toThrow(
    /^worker 2 of this training ended: .*nowhere/
  );
  const failing: SpawnReplica = () => Promise.reject(new Error('no thread left'));
  await expect(parallel(normed, 2, { spawn: failing })).rejects.toThrow(
    'a worker of this training could not be started: no thread left'
  );
  await allGone();
});
