/** @file The estimate before a training beside the training itself, on real engines whose clock only steps and pictures move. */
import { expect, test } from 'vitest';
import { request } from '../../../test/support/bands';
import { doors, doorsWithTfjs, platformOf } from '../../../test/support/band-training';
import type { Engine } from '$lib/engine/engine';
import type { EngineDoors } from '../open-engine';
import { createTrainRunner } from './runner';

/** Milliseconds a picture takes to be learned from, and to be answered by each engine. */
interface Cost {
  readonly learnMs: number;
  readonly coreMs: number;
  readonly frameMs: number;
}

test.each<[string, Cost, number]>([
  ['training takes longest', { learnMs: 4, coreMs: 1, frameMs: 1 }, 3],
  ['validation takes longest', { learnMs: 1, coreMs: 1, frameMs: 5 }, 3],
  ['one short epoch', { learnMs: 2, coreMs: 1, frameMs: 8 }, 1]
])('the estimate is within a factor of 1.25 of the training where %s', async (_, cost, epochs) => {
  let now = 0;
  const framed = doorsWithTfjs((network) => ({
    forward: (images, count) => ((now += count * cost.frameMs), network.forward(images, count)),
    outputs: (images, count) => ((now += count * cost.frameMs), network.outputs(images, count))
  }));
  const engines: EngineDoors = {
    ...framed,
    async simd() {
      const engine = await doors.simd();
      const createNetwork: Engine['createNetwork'] = async (...what) => {
        const network = await engine.createNetwork(...what);
        const [learn, answer] = [network.trainStep.bind(network), network.outputs.bind(network)];
        return Object.assign(network, {
          trainStep: (...step: Parameters<typeof learn>) => {
            now += step[0].count * cost.learnMs;
            return learn(...step);
          },
          outputs: (...asked: Parameters<typeof answer>) => {
            now += asked[1] * cost.coreMs;
            return answer(...asked);
          }
        });
      };
      return { ...engine, createNetwork };
    }
  };
  let [estimated, began] = [NaN, NaN];
  const runner = createTrainRunner(platformOf(engines, { clock: () => now }));
  const end = await runner.run({ ...request, epochs }, (event) => {
    if (event.kind === 'estimate') [estimated, began] = [event.totalMs, now];
    return Promise.resolve();
  });
  expect(end.kind).toBe('done');
  const took = now - began;
  expect(estimated / took, `${estimated} ms told, ${took} ms taken`).toBeGreaterThan(1 / 1.25);
  expect(estimated / took, `${estimated} ms told, ${took} ms taken`).toBeLessThan(1.25);
});
