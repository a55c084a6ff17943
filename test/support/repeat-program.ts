/** @file Test support: a short training through the runner of the command line; prints its curve, its weights' hash and its build. */
import { createHash } from 'node:crypto';
import { nodePlatform } from '../../src/cli/platform-node';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { defaultRecipe } from '../../src/lib/engine/recipe';
import { runSteps } from '../../src/lib/engine/steps';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { createTrainRunner } from '../../src/workers/train/runner';
import type { TrainEvent } from '../../src/workers/train/protocol';
import { networkS } from '../bench/networks';
import { bundledPictures, firstOf } from './bundled-pictures';
import { coreHere } from './core-here';
import type { Repeated } from './repeated';

const dataset = firstOf(await bundledPictures(), { train: 320, validation: 100 });
const seed = Number(process.argv[2]);

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

/** Two epochs through the train runner. */
async function run(): Promise<Omit<Repeated, 'losses'>> {
  const epochs: (readonly number[])[] = [];
  const request = {
    arch: networkS,
    data: { kind: 'own', dataset },
    epochs: 2,
    batchSize: 32,
    learningRate: 0.05,
    seed,
    engine: 'simd',
    start: null
  } as const;
  const end = await createTrainRunner(nodePlatform).run(request, async (event: TrainEvent) => {
    if (event.kind === 'epoch') epochs.push([event.trainLoss, event.trainAccuracy, event.validationLoss]);
  });
  if (end.kind !== 'done') throw new Error(`run: must be done, is ${JSON.stringify(end)}`);
  const hash = createHash('sha256');
  for (const [name, { data }] of Object.entries(end.result.tensors)) hash.update(name).update(data);
  return { epochs, weights: hash.digest('hex'), engine: end.result.from.engine };
}

const times: Repeated[] = [];
for (let i = 0; i < 2; i++) times.push({ losses: await curve(), ...(await run()) });
process.stdout.write(JSON.stringify(times));
