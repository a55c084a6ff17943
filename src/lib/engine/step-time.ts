/** @file Step 4, network: how long one training step of a network takes on an engine, without training it. */
import type { Architecture } from '$lib/arch/architecture';
import type { Truths } from '$lib/data/batches';
import { learnedBy, objectiveFor } from '$lib/task/head-objective';
import { optimizers, type Update } from '$lib/task/optimize';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Engine, Network } from './engine';

/** What is timed: a step of this network on this many pictures. */
export interface StepTrial {
  readonly arch: Architecture;
  readonly tensors: Tensors;
  readonly batchSize: number;
}

/** How it is timed. */
export interface StepTimer {
  /** Milliseconds from a monotonic clock. */
  readonly clock: () => number;
  /** The longest that timing may take; what takes longer is broken off, between two steps where a step cannot be. */
  readonly limitMs: number;
  /** The best step so far: whoever needs longer for a single picture is not timed to the end. */
  readonly beatMs?: number;
}

/** A step's time; 'over' when a step takes at least this long, 'estimated' from one picture where a batch would take too long. */
export type StepTime =
  | { readonly kind: 'timed' | 'estimated'; readonly stepMs: number }
  | { readonly kind: 'over'; readonly moreThanMs: number };

/** Steps timed where there is time; the middle one counts. */
const MOST_STEPS = 5;

/** Nothing is learned: rate and decay are 0. */
const still: Update = { learningRate: 0, weightDecay: 0, optimizer: optimizers.sgd, clipNorm: null, averaging: null };

/** Something to learn, of the kind the head takes: class 0, and one box. */
function guess({ head, input: [height, width] }: Architecture, count: number): Truths {
  if (learnedBy[head.kind] === 'pixels') return { labels: new Uint8Array(count * height * width) };
  const boxes = Array.from({ length: count }, () => [{ box: [0.25, 0.25, 0.75, 0.75], class: 1 } as const]);
  return { labels: new Uint8Array(count), boxes };
}

function picturesFor({ input: [height, width, channels] }: Architecture, count: number): Float32Array {
  return Float32Array.from({ length: count * height * width * channels }, (_, i) => Math.sin(i));
}

async function stepOn(network: Network, count: number, clock: () => number): Promise<number> {
  const { arch } = network;
  const images = picturesFor(arch, count);
  const began = clock();
  await network.trainStep({ count, images, ...guess(arch, count) }, objectiveFor(arch), still);
  return clock() - began;
}

async function time(network: Network, { batchSize }: StepTrial, timer: StepTimer): Promise<StepTime> {
  const { clock, limitMs, beatMs = Infinity } = timer;
  const began = clock();
  // The first step compiles shaders and takes memory; the second tells.
  await stepOn(network, 1, clock);
  const single = await stepOn(network, 1, clock);
  if (single > beatMs) return { kind: 'over', moreThanMs: single };
  if (batchSize === 1) return { kind: 'timed', stepMs: single };
  const left = limitMs - (clock() - began);
  if (2 * batchSize * single > left) {
    // The whole batch may still be cheap where most of a step is overhead: a quarter tells.
    const part = Math.max(2, Math.ceil(batchSize / 4));
    if (2 * part * single > left) return { kind: 'estimated', stepMs: single * batchSize };
    await stepOn(network, part, clock);
    return { kind: 'estimated', stepMs: ((await stepOn(network, part, clock)) * batchSize) / part };
  }
  await stepOn(network, batchSize, clock);
  const times = [await stepOn(network, batchSize, clock)];
  // Short steps are timed again: something else may have had the processor.
  while (times.length < MOST_STEPS && clock() - began < limitMs / 4) {
    times.push(await stepOn(network, batchSize, clock));
  }
  return { kind: 'timed', stepMs: times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN };
}

/** More pictures at once are timed where those before promise that they take no longer. */
const ANSWERS_MS = 500;

/** Milliseconds that answers to a picture take in a batch, weights as they are; in a smaller batch where that takes long. */
export async function timeAnswers(
  engine: Engine,
  { arch, tensors, batchSize }: StepTrial,
  clock: () => number
): Promise<number> {
  const network = await engine.createNetwork(arch, tensors, batchSize);
  const answers = async (count: number): Promise<number> => {
    const began = clock();
    await network.forward(picturesFor(arch, count), count);
    return clock() - began;
  };
  try {
    let each = 0;
    // By steps: much of what one picture takes alone is overhead, which a batch has once.
    for (const count of [1, Math.ceil(batchSize / 8), batchSize]) {
      if (each * count > ANSWERS_MS) break;
      // The first of each size compiles shaders and takes memory.
      await answers(count);
      each = (await answers(count)) / count;
    }
    return each;
  } finally {
    network.dispose();
  }
}

/** Times a step; rejects with a sentence when the engine cannot build the network or is silent for longer than the limit. */
export async function timeStep(engine: Engine, trial: StepTrial, timer: StepTimer): Promise<StepTime> {
  const network = await engine.createNetwork(trial.arch, trial.tensors, trial.batchSize);
  let alarm: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    const seconds = timer.limitMs / 1000;
    alarm = setTimeout(() => reject(new Error(m.engine_step_silent({ build: engine.build, seconds }))), timer.limitMs);
  });
  const work = time(network, trial, timer);
  // A step under way cannot be called back: the network is given up when it is done.
  const freed = work.then(
    () => network.dispose(),
    () => network.dispose()
  );
  try {
    const result = await Promise.race([work, silence]);
    await freed;
    return result;
  } finally {
    clearTimeout(alarm);
  }
}
