/** @file Whatever a network learns from, the SIMD core and TensorFlow.js lead it to the same weights. */
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { classifier } from '../../src/lib/arch/presets/rows';
import { rngOf } from '../../src/lib/base/rng';
import type { Batch, Engine } from '../../src/lib/engine/engine';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { plainBoxes, plainClasses, type Objective } from '../../src/lib/task/objective';
import { dataOf, differing, relativeGap } from '../support/compare';
import { decoder, detector, segmenter } from '../support/dense-networks';
import { coreOfTests } from '../support/simd-core';
import { livelyTensors, randomBatch, smallNetworks } from '../support/small-networks';
import { nesterov } from '../support/updates';

const SIZE = 16;
const COUNT = 3;
const update = nesterov({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 });
const even = smallNetworks[0] as Architecture;

/** Pictures with everything an objective may ask for: a label a pixel (one in eight ignored), boxes, a teacher. */
function lesson(arch: Architecture, objective: Objective, seed: number): Batch {
  const rng = rngOf(seed).fork('truth');
  const { count, images, labels } = randomBatch(arch, COUNT, seed);
  const teacher = Float32Array.from({ length: COUNT * arch.classes }, () => 2 * rng.normal());
  const mask = Uint8Array.from({ length: COUNT * arch.input[0] * arch.input[1] }, () =>
    rng.below(8) === 0 ? 255 : rng.below(arch.classes)
  );
  const boxes = Array.from({ length: COUNT }, (_, picture) =>
    Array.from({ length: picture }, () => {
      const [x, y] = [rng.next() * 0.5, rng.next() * 0.5];
      return { box: [x, y, x + 0.2 + rng.next() * 0.3, y + 0.2 + rng.next() * 0.3] as const, class: 1 + rng.below(3) };
    })
  );
  return { count, images, labels: objective.kind === 'pixels' ? mask : labels, teacher, boxes, draw: seed };
}

const taught = (teacher: NonNullable<typeof plainClasses.teacher>): Objective => ({ ...plainClasses, teacher });
const masks = (loss: 'crossEntropy' | 'binary'): Objective => ({ kind: 'pixels', loss, ignore: 255 });

const cases: readonly { readonly name: string; readonly arch: Architecture; readonly objective: Objective }[] = [
  { name: 'smoothed labels', arch: even, objective: { ...plainClasses, smoothing: 0.1 } },
  { name: 'KL', arch: even, objective: taught({ kind: 'kl', temperature: 3, weight: 0.6 }) },
  { name: 'MSE', arch: even, objective: taught({ kind: 'mse', weight: 0.3 }) },
  {
    name: 'dropout',
    arch: { ...even, head: classifier({ out: 24, nl: 'hardSwish' }, null, 0.4) },
    objective: plainClasses
  },
  { name: 'LR-ASPP', arch: segmenter(SIZE), objective: masks('crossEntropy') },
  { name: 'linear mask', arch: decoder(SIZE), objective: masks('binary') },
  { name: 'sigmoid mask', arch: decoder(SIZE, 'sigmoid'), objective: masks('binary') },
  { name: 'SSDLite', arch: detector(SIZE), objective: plainBoxes },
  { name: 'SSDLite, sigmoids', arch: detector(SIZE, { scores: 'sigmoid', boxOrder: 'yxhw' }), objective: plainBoxes }
];

async function training(engine: Engine, arch: Architecture, objective: Objective) {
  const network = await engine.createNetwork(arch, livelyTensors(arch, 5), COUNT);
  const verdicts = [];
  for (let step = 0; step < 2; step++) {
    verdicts.push(await network.trainStep(lesson(arch, objective, step + 1), objective, update));
  }
  const [answer] = await network.outputs(randomBatch(arch, COUNT, 9).images, COUNT);
  const after = dataOf(await network.read());
  network.dispose();
  return { verdicts, answer: answer ?? [], after };
}

describe('two steps lead to the same weights, statistics and answers', () => {
  test.each(cases)('$name', async ({ arch, objective }) => {
    const expected = await training(await openTfjsEngine('cpu'), arch, objective);
    const got = await training(openSimdEngine(await coreOfTests()), arch, objective);
    const numbers = ({ verdicts }: typeof got) =>
      verdicts.flatMap(({ loss, correct, terms }) => [loss, correct, terms]);
    expect(relativeGap(numbers(expected), numbers(got))).toBeLessThan(1e-4);
    expect(relativeGap(expected.answer, got.answer)).toBeLessThan(1e-3);
    expect(differing(expected.after, got.after, { limit: 1e-3, noise: 1e-4 })).toEqual([]);
  });
});

test('a head that cannot serve an objective says so on both engines', async () => {
  for (const engine of [await openTfjsEngine('cpu'), openSimdEngine(await coreOfTests())]) {
    const network = await engine.createNetwork(even, livelyTensors(even, 5), COUNT);
    const batch = lesson(even, plainClasses, 1);
    await expect(network.trainStep(batch, plainBoxes, update)).rejects.toThrow('needs a head of ssdlite');
    await expect(network.trainStep(batch, masks('binary'), update)).rejects.toThrow('needs a head of lraspp, decoder');
    network.dispose();
    const squashed = decoder(SIZE, 'sigmoid');
    const mask = await engine.createNetwork(squashed, livelyTensors(squashed, 5), COUNT);
    await expect(mask.trainStep(batch, masks('crossEntropy'), update)).rejects.toThrow('needs the binary loss');
    mask.dispose();
  }
});

test('values are dropped by the seed of the step alone, and never in inference', async () => {
  const arch = { ...even, head: classifier({ out: 24, nl: 'hardSwish' }, null, 0.4) };
  const network = await openSimdEngine(await coreOfTests()).createNetwork(arch, livelyTensors(arch, 5), COUNT);
  const { draw, ...batch } = lesson(arch, plainClasses, 1);
  expect(draw).toBe(1);
  const lossOf = async (seed?: number): Promise<number> => {
    const given = seed === undefined ? batch : { ...batch, draw: seed };
    return (await network.trainStep(given, plainClasses, nesterov())).loss;
  };
  const logits = await network.forward(batch.images, COUNT);
  const [whole, first, again, other] = [await lossOf(), await lossOf(1), await lossOf(1), await lossOf(2)];
  expect(again).toBe(first);
  expect(new Set([whole, first, other]).size).toBe(3);
  await network.write(livelyTensors(arch, 5));
  expect(await network.forward(batch.images, COUNT)).toEqual(logits);
  network.dispose();
});
