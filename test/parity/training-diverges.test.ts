/** @file A training that goes astray ends as failed with a sentence, through the runner of the command line, on both engines. */
import { describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/cli/platform-node';
import { createTrainRunner } from '../../src/workers/train/runner';
import type { TrainRequest } from '../../src/workers/train/protocol';
import { networkS } from '../bench/networks';
import { bundledPictures, firstOf } from '../support/bundled-pictures';
import { coreOfTests } from '../support/simd-core';

await coreOfTests();
const dataset = firstOf(await bundledPictures(), { train: 640, validation: 50 });
const request: TrainRequest = {
  arch: networkS,
  data: { kind: 'own', dataset },
  epochs: 3,
  batchSize: 16,
  learningRate: 1e6,
  seed: 1,
  engine: 'simd',
  start: null
};

describe.each(['simd', 'tfjs'] as const)('on %s', (engine) => {
  test('a learning rate of a million ends as failed, with a sentence that names the loss', async () => {
    const end = await createTrainRunner(nodePlatform).run({ ...request, engine }, async () => undefined);
    expect(end.kind).toBe('failed');
    expect(end.kind === 'failed' && end.reason).toMatch(/loss/);
  }, 60_000);

  test('pictures that hold no number end as failed, too', async () => {
    const broken = { ...firstOf(dataset, { train: 48, validation: 16 }), std: [0] };
    const data = { kind: 'own', dataset: broken } as const;
    const end = await createTrainRunner(nodePlatform).run(
      { ...request, learningRate: 0.05, data, engine },
      async () => undefined
    );
    expect(end.kind).toBe('failed');
    expect(end.kind === 'failed' && end.reason).toMatch(/must (be a|hold) number/);
  }, 60_000);
});
