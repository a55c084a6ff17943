/** @file Workers: trains one network and reports every step of it; each epoch's weights are checked with TensorFlow.js. */
import { asKept } from '$lib/engine/as-kept';
import type { Network } from '$lib/engine/engine';
import type { FramedNetwork } from '$lib/engine/framed';
import { evaluate } from '$lib/engine/evaluate';
import { reportOn } from '$lib/engine/report';
import { train } from '$lib/engine/train';
import { metricOf } from '$lib/task/head-objective';
import { stepsPerEpoch } from '$lib/engine/steps';
import { allFinite, type Checkpoint, type Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { breath } from '../breath';
import { checkNetwork } from '../checked';
import type { Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import { prepare, type Prepared, type Report } from './prepare';
import type { TrainEvent, TrainRequest, TrainResult } from './protocol';
import { openTutor } from './tutor';

/** The network under training, and the same one with its frame where it has one. */
interface Trained {
  readonly network: Network;
  readonly framed: FramedNetwork | null;
}

/** The weights proper beside their average, which is what a checkpoint holds then. */
const underAverage = 'weights/';

/** What the optimizer keeps; where weights are averaged, the weights proper as well. */
async function memoryOf({ network }: Trained, { recipe }: Prepared): Promise<Tensors> {
  const state = await network.readState();
  if (recipe.averaging === null) return state;
  const proper = Object.entries(await network.read()).map(([name, tensor]) => [`${underAverage}${name}`, tensor]);
  return { ...state, ...(Object.fromEntries(proper) as Tensors) };
}

async function goOn(network: Network, memory: Tensors): Promise<void> {
  const isWeight = (name: string): boolean => name.startsWith(underAverage);
  const entries = Object.entries(memory);
  await network.writeState(Object.fromEntries(entries.filter(([name]) => !isWeight(name))));
  const proper = entries.filter(([name]) => isWeight(name));
  await network.write(Object.fromEntries(proper.map(([name, tensor]) => [name.slice(underAverage.length), tensor])));
}

/** The network as it stands, with where it came from; throws when a weight is no number or TensorFlow.js answers otherwise. */
async function checkpointOf(
  { request, dataset, build, arch, recipe }: Prepared,
  { network, framed }: Trained,
  score: { epochs: number; accuracy: number | null }
): Promise<Checkpoint> {
  const tensors = await network[recipe.averaging === null ? 'read' : 'readAveraged']();
  // A loss may stay a number where an activation swallows those that are none.
  const broken = Object.entries(tensors).find(([, tensor]) => !allFinite(tensor));
  if (broken) throw new Error(m.engine_weights_broken({ name: broken[0] }));
  const checked = framed && (await asKept(framed, recipe, () => checkNetwork(framed, dataset, build)));
  const from = {
    dataset: dataset.id,
    datasetSha256: dataset.sha256,
    epochs: score.epochs,
    seed: request.seed,
    engine: build,
    validationAccuracy: score.accuracy,
    ...(metricOf(arch) !== 'accuracy' && { metric: metricOf(arch) }),
    ...(checked && { checked })
  };
  return { format: 1, arch, tensors, from };
}

/** What an epoch must beat to be kept: a network judged by the same pictures, or nothing. */
function toBeat({ request, dataset }: Prepared): Checkpoint | null {
  const best = request.best ?? (request.memory ? request.start : null);
  return best?.from.datasetSha256 === dataset.sha256 ? best : null;
}

/** The network as it stands within its first epoch, with its score. */
async function unfinished(prepared: Prepared, trained: Trained): Promise<Checkpoint> {
  const { network } = trained;
  const { dataset, recipe, startEpoch } = prepared;
  if (recipe.averaging !== null) await network.write(await network.readAveraged());
  const { value } = await evaluate(network, 'validation', dataset, { batchSize: recipe.batchSize, pause: breath });
  return checkpointOf(prepared, trained, { epochs: startEpoch, accuracy: value });
}

/** A runner that trains on this platform. */
export function createTrainRunner(platform: Platform): Runner<TrainRequest, TrainEvent, TrainResult> {
  const gate = new RunGate();
  let pausedMs = 0;

  const clock = (): number => platform.clock() - pausedMs;

  /** Waits while paused, which is no time at work; answers whether to go on. */
  const hold = async (): Promise<boolean> => {
    const since = platform.clock();
    const goes = await gate.open();
    pausedMs += platform.clock() - since;
    return goes;
  };

  const pause = async (): Promise<void> => {
    await breath();
    await hold();
  };

  /** Trains to the end or the stop; answers what went wrong, or the network that is kept. */
  async function trainAll(prepared: Prepared, trained: Trained, report: Report): Promise<Checkpoint | string> {
    const { request, recipe, dataset, startEpoch } = prepared;
    const perEpoch = stepsPerEpoch(dataset, recipe);
    let kept = toBeat(prepared);
    const tutor = await openTutor(platform, request, dataset);
    try {
      const options = { clock, startEpoch, pause, ...(tutor && { tutor }) };
      for await (const event of train(trained.network, dataset, recipe, options)) {
        if (event.kind === 'failed') return event.reason;
        if (event.kind === 'epoch') {
          const score = { epochs: event.epoch + 1, accuracy: event.validationAccuracy };
          const checkpoint = await checkpointOf(prepared, trained, score);
          const best = score.accuracy > (kept?.from.validationAccuracy ?? -1);
          if (best) kept = checkpoint;
          const memory = await memoryOf(trained, prepared);
          await report({ ...event, epoch: score.epochs, checkpoint, best, memory });
        } else {
          await report({ ...event, epochs: recipe.epochs, stepsPerEpoch: perEpoch });
        }
        if (!(await hold())) break;
      }
      return kept ?? (await unfinished(prepared, trained));
    } finally {
      tutor?.dispose();
    }
  }

  /** What the network that is kept is worth, picture by picture. */
  async function tell(result: Checkpoint, { dataset, recipe }: Prepared, { network }: Trained, report: Report) {
    const { checked } = result.from;
    if (checked) await report({ kind: 'checked', checked });
    await network.write(result.tensors);
    const full = await reportOn(network, 'validation', dataset, { batchSize: recipe.batchSize, pause: breath });
    await report({ kind: 'report', report: full });
  }

  async function run(request: TrainRequest, report: Report): Promise<RunEnd<TrainResult>> {
    const prepared = await prepare(platform, request, report);
    if (request.only === 'estimate' || !(await gate.open())) return { kind: 'stopped', result: null };
    const trained = await prepared.createNetwork();
    try {
      if (prepared.memory) await goOn(trained.network, prepared.memory);
      const result = await trainAll(prepared, trained, report);
      if (typeof result === 'string') return { kind: 'failed', reason: result };
      await tell(result, prepared, trained, report);
      return { kind: gate.stopped ? 'stopped' : 'done', result };
    } finally {
      trained.network.dispose();
    }
  }

  return steered(gate, run);
}
