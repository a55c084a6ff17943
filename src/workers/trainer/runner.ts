/** @file Workers: trains what its pool hands over, one stretch at a time. */
import { reasonOf } from '$lib/base/reason';
import { lower } from '$lib/ops/lower';
import type { Dataset } from '$lib/data/dataset';
import type { Engine, Network } from '$lib/engine/engine';
import { evaluate } from '$lib/engine/evaluate';
import { defaultRecipe, type Recipe } from '$lib/engine/recipe';
import { runSteps, stepsPerEpoch } from '$lib/engine/steps';
import { plainPictures } from '$lib/task/optimize';
import { initTensors } from '$lib/weights/init';
import { m } from '$paraglide/messages';
import { classSetOf, mayMirror, type Platform } from '../platform';
import { RunGate } from '../run';
import { breath } from '../breath';
import type { TrainerAnswer, TrainerJob, TrainerRunner } from './protocol';

/** Steps between two looks at the mailbox: pause must answer within a blink, but looking is not free. */
const stepsPerBreath = 4;

interface Opened {
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly batchSize: number;
  readonly flip: boolean;
}

async function trainStretch(
  network: Network,
  job: TrainerJob,
  opened: Opened,
  gate: RunGate
): Promise<number | string> {
  const { dataset, batchSize, flip } = opened;
  const { learningRate, seed, cosine } = job;
  const base = defaultRecipe({ batchSize, learningRate, seed, augment: { ...plainPictures, flip } });
  const recipe: Recipe = cosine ? base : { ...base, schedule: { kind: 'constant', warmupSteps: 0 } };
  const perEpoch = stepsPerEpoch(dataset, recipe);
  const from = job.start ? Math.round(job.fromEpoch * perEpoch) : 0;
  const to = Math.round(job.toEpoch * perEpoch);
  const scheduleFrom = cosine ? Math.round(cosine.fromEpoch * perEpoch) : from;
  const scheduleSteps = cosine ? Math.round(cosine.toEpoch * perEpoch) - scheduleFrom : to - from;
  let pictures = 0;
  for await (const done of runSteps(network, dataset, recipe, { from, to, scheduleFrom, scheduleSteps })) {
    if (!Number.isFinite(done.loss)) return m.workers_loss_broken({ loss: done.loss, step: done.step + 1 });
    pictures += done.count;
    if (done.step % stepsPerBreath === 0) {
      await breath();
      await gate.open();
    }
  }
  return pictures;
}

/** A trainer on this platform. */
export function createTrainer(platform: Platform): TrainerRunner {
  const gate = new RunGate();
  let opened: Opened | null = null;

  async function run(job: TrainerJob): Promise<TrainerAnswer> {
    if (!opened) throw new Error('trainer: must be opened before it trains');
    const { dataset, engine, batchSize } = opened;
    const tensors = job.start ?? initTensors(lower(job.arch), job.seed);
    const network = await engine.createNetwork(job.arch, tensors, batchSize);
    try {
      const began = platform.clock();
      const pictures = await trainStretch(network, job, opened, gate);
      if (typeof pictures === 'string') return { kind: 'failed', reason: pictures };
      const trainMs = platform.clock() - began;
      const pause = async (): Promise<void> => {
        await breath();
        await gate.open();
      };
      const limit = job.validationLimit === null ? {} : { limit: job.validationLimit };
      const score = await evaluate(network, 'validation', dataset, { batchSize, pause, ...limit });
      const trained = await network.read();
      return {
        kind: 'scored',
        validationAccuracy: score.value,
        validationLoss: score.loss,
        trained,
        pictures,
        trainMs
      };
    } finally {
      network.dispose();
    }
  }

  return {
    async open({ data, engine, batchSize }) {
      const dataset = await classSetOf(platform, data);
      const { engine: chosen } = await platform.openEngine(engine);
      opened = { dataset, engine: chosen, batchSize, flip: mayMirror(data) };
      return { build: chosen.build };
    },
    // A network that does not fit into memory fails its own trial, not the search.
    train: (job) =>
      run(job).catch((error: unknown) => ({
        kind: 'failed',
        reason: reasonOf(error)
      })),
    pause: () => {
      gate.pause();
    },
    resume: () => {
      gate.resume();
    }
  };
}
