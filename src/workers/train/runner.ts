/** @file Workers: trains one network and reports every step of it. */
import { fitTo } from '$lib/arch/fit';
import type { Architecture } from '$lib/arch/architecture';
import type { Engine, Network } from '$lib/engine/engine';
import type { Dataset } from '$lib/data/dataset';
import { defaultRecipe } from '$lib/engine/recipe';
import { train } from '$lib/engine/train';
import { lower } from '$lib/ops/lower';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { plainPictures } from '$lib/task/optimize';
import { initTensors } from '$lib/weights/init';
import { breath } from '../breath';
import { datasetOf, mayMirror, type Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import type { TrainEvent, TrainRequest, TrainResult } from './protocol';

type Report = (event: TrainEvent) => Promise<void>;

interface Prepared {
  readonly request: TrainRequest;
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly arch: Architecture;
}

/** The network as it stands, with where it came from. */
async function checkpointOf(
  prepared: Prepared,
  network: Network,
  score: { epochs: number; accuracy: number | null }
): Promise<Checkpoint> {
  const { request, dataset, engine, arch } = prepared;
  const from = {
    dataset: dataset.id,
    datasetSha256: dataset.sha256,
    epochs: score.epochs,
    seed: request.seed,
    engine: engine.build,
    validationAccuracy: score.accuracy
  };
  return { format: 1, arch, tensors: await network.read(), from };
}

/** A runner that trains on this platform. */
export function createTrainRunner(platform: Platform): Runner<TrainRequest, TrainEvent, TrainResult> {
  const gate = new RunGate();

  async function prepare(request: TrainRequest, report: Report): Promise<Prepared> {
    await report({ kind: 'preparing', what: 'data' });
    const dataset = await datasetOf(platform, request.data);
    await report({ kind: 'preparing', what: 'engine' });
    const { engine, why } = await platform.openEngine(request.engine);
    const { arch, changes } = fitTo(request.start?.arch ?? request.arch, dataset.shape, dataset.classes.length);
    await report({ kind: 'preparing', what: 'network' });
    await report({
      kind: 'ready',
      arch,
      changes,
      engine: engine.build,
      why,
      dataset: dataset.name,
      pictures: dataset.splits.train.count,
      batchSize: request.batchSize
    });
    return { request, dataset, engine, arch };
  }

  async function trainAll(prepared: Prepared, network: Network, report: Report): Promise<RunEnd<TrainResult>> {
    const { request, dataset } = prepared;
    const { epochs, batchSize, learningRate, seed } = request;
    // A search hands over fractions of an epoch; going on begins with the next whole one.
    const startEpoch = Math.ceil(request.start?.from.epochs ?? 0);
    const recipe = defaultRecipe({
      epochs,
      batchSize,
      learningRate,
      seed,
      augment: { ...plainPictures, flip: mayMirror(request.data) }
    });
    const stepsPerEpoch = Math.ceil(dataset.splits.train.count / batchSize);
    const pause = async (): Promise<void> => {
      await breath();
      await gate.open();
    };
    let last = { epochs: startEpoch, accuracy: request.start?.from.validationAccuracy ?? null };
    for await (const event of train(network, dataset, recipe, { clock: platform.clock, startEpoch, pause })) {
      if (event.kind === 'failed') return { kind: 'failed', reason: event.reason };
      if (event.kind === 'epoch') {
        last = { epochs: event.epoch + 1, accuracy: event.validationAccuracy };
        const checkpoint = await checkpointOf(prepared, network, last);
        await report({ ...event, epoch: last.epochs, checkpoint });
      } else {
        await report({ ...event, epochs: recipe.epochs, stepsPerEpoch });
      }
      if (!(await gate.open())) return { kind: 'stopped', result: await checkpointOf(prepared, network, last) };
    }
    return { kind: 'done', result: await checkpointOf(prepared, network, last) };
  }

  async function run(request: TrainRequest, report: Report): Promise<RunEnd<TrainResult>> {
    const prepared = await prepare(request, report);
    const { engine, arch } = prepared;
    const tensors = request.start?.tensors ?? initTensors(lower(arch), request.seed);
    const network = await engine.createNetwork(arch, tensors, request.batchSize);
    try {
      return await trainAll(prepared, network, report);
    } finally {
      network.dispose();
    }
  }

  return steered(gate, run);
}
