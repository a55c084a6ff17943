/** @file Test support: a short training through the runner of the command line; prints its curve, its weights' hash and its build, for one worker and for two. */
import { createHash } from 'node:crypto';
import { replicaThreads } from '../../src/cli/open-parallel';
import { nodePlatform } from '../../src/cli/platform-node';
import { createSimdNetwork, openSimdEngine } from '../../src/lib/engine/simd/network';
import { openParallelEngine } from '../../src/lib/engine/simd/parallel-engine';
import { defaultRecipe } from '../../src/lib/engine/recipe';
import { runSteps } from '../../src/lib/engine/steps';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { createTrainRunner } from '../../src/workers/train/runner';
import type { TrainEvent } from '../../src/workers/train/protocol';
import { networkS } from '../bench/networks';
import { bundledPictures, firstOf } from './bundled-pictures';
import { coreHere } from './core-here';
import type { Repeated, Run } from './repeated';

const dataset = firstOf(await bundledPictures(), { train: 320, validation: 100 });
const [seed, script = ''] = [Number(process.argv[2]), process.argv[3]];

/** Every step's loss, from the core alone. */
async function curve(): Promise<number[]> {
  const network = createSimdNetwork(await coreHere(), networkS, initTensors(lower(networkS), seed), 32);
  const recipe = defaultRecipe({ seed, augment: { flip: true, crop: 2, cutout: 4 }, smoothing: 0.1 });
  const losses: number[] = [];
  const steps = { from: 0, to: 30, scheduleFrom: 0, scheduleSteps: 30 };
  for await (const { loss } of runSteps(network, dataset, recipe, steps)) losses.push(loss);
  network.dispose();
  return losses;
}

/** The machine, with replicas from the script given. */
const simd = async (workers = 1) => {
  const core = await coreHere();
  return workers > 1 ? openParallelEngine(core, replicaThreads(script), { workers }) : openSimdEngine(core);
};
const platform = { ...nodePlatform, engines: { ...nodePlatform.engines, simd } };

/** Two epochs through the train runner. */
async function run(workers: number): Promise<Run> {
  const epochs: (readonly number[])[] = [];
  const request = {
    arch: networkS,
    data: { kind: 'own', dataset },
    epochs: 2,
    batchSize: 32,
    learningRate: 0.05,
    seed,
    engine: 'simd',
    workers,
    start: null
  } as const;
  const end = await createTrainRunner(platform).run(request, async (event: TrainEvent) => {
    if (event.kind === 'epoch') epochs.push([event.trainLoss, event.trainAccuracy, event.validationLoss]);
  });
  if (end.kind !== 'done') throw new Error(`run: must be done, is ${JSON.stringify(end)}`);
  const hash = createHash('sha256');
  for (const [name, { data }] of Object.entries(end.result.tensors)) hash.update(name).update(data);
  return { epochs, weights: hash.digest('hex'), engine: end.result.from.engine };
}

const times: Repeated[] = [];
for (let i = 0; i < 2; i++) times.push({ losses: await curve(), one: await run(1), two: await run(2) });
process.stdout.write(JSON.stringify(times));
