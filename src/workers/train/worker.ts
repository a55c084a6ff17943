/** @file Workers: training in a browser; the numbers of an epoch are handed over, so that the page need not copy them. */
import { expose, transfer } from 'comlink';
import type { Tensors } from '$lib/weights/checkpoint';
import { browserPlatform } from '../platform-browser';
import type { Runner } from '../run';
import type { TrainEvent, TrainRequest, TrainResult } from './protocol';
import { createTrainRunner } from './runner';

/** A copy to give away: the runner goes on with its own. */
const copyOf = (tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));

/** The event with its tensors handed over. */
function handedOver(event: TrainEvent): TrainEvent {
  if (event.kind !== 'epoch') return event;
  const { checkpoint } = event;
  const [tensors, memory] = [copyOf(checkpoint.tensors), copyOf(event.memory)];
  const buffers = [tensors, memory].flatMap((all) => Object.values(all).map(({ data }) => data.buffer));
  return transfer({ ...event, checkpoint: { ...checkpoint, tensors }, memory }, buffers);
}

const runner = createTrainRunner(browserPlatform);

const handing: Runner<TrainRequest, TrainEvent, TrainResult> = {
  ...runner,
  run: (request, report) => runner.run(request, (event) => report(handedOver(event)))
};

expose(handing);
