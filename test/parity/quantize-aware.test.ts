/** @file Networks trained on with rounded values: they see what the 8-bit file does, and win back what it loses. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { ClassSet } from '../../src/lib/data/dataset';
import type { Engine } from '../../src/lib/engine/engine';
import { createRoundedNetwork } from '../../src/lib/engine/simd/network';
import { foldedTensors } from '../../src/lib/export/quantize/folded-tensors';
import { dequantized } from '../../src/lib/export/quantize/rounding';
import { openSimulator } from '../../src/lib/export/quantize/simulate';
import { trainingGrids } from '../../src/lib/export/quantize/training-grids';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { dataset as bands } from '../support/bands';
import { doors } from '../support/band-training';
import { bundledPictures, firstOf } from '../support/bundled-pictures';
import { answerOf, inEightBits, picturesOf, priceOf, printed } from '../support/judged-network';
import { lopsided } from '../support/lopsided';
import { openerFor, quantizedNetwork } from '../support/quantized-networks';
import { coreOfTests } from '../support/simd-core';
import { smallNetworks } from '../support/small-networks';
import { trainedTable, trainedTensors } from '../support/trained-network';
import { exportTuned, platformWithLiteRt, writtenIn } from '../support/tuned-export';

let dataset: ClassSet;
beforeAll(async () => {
  dataset = await bundledPictures();
});

/** A network made 8-bit, and the same rounded in training. */
async function bothOf(arch: Architecture, tensors: Tensors, keep: readonly string[] = []) {
  const { float, quantized } = await quantizedNetwork({ arch, tensors }, [picturesOf(dataset, 'train', 32)], { keep });
  const table = { arch, tensors: foldedTensors(arch, tensors), rounding: trainingGrids(lower(arch), quantized) };
  return { float, quantized, network: createRoundedNetwork(await coreOfTests(), table, 16) };
}

describe('rounded in training', () => {
  const [arch, tensors] = [trainedTable(), trainedTensors()];

  test('every value until the first sum that rounds otherwise is the one of the file', async () => {
    const { quantized, network } = await bothOf(arch, tensors);
    const { images, count } = picturesOf(dataset, 'validation', 3);
    const ids = lower(arch).map(({ id }) => id);
    const found = await network.activations(images, count, ids);
    const simulate = openSimulator(quantized);
    const size = images.length / count;
    const wanted = Array.from({ length: count }, (_, i) => simulate(images.subarray(i * size, (i + 1) * size)));
    const apart = ids.map((id) => {
      const grid = quantized.plan.get(id)!;
      let [most, off] = [0, 0];
      wanted.forEach((values, picture) => {
        const real = dequantized(values.stored(id), grid);
        real.forEach((value, i) => {
          const steps = Math.round(Math.abs(value - found[id]![picture * real.length + i]!) / grid.scale);
          most = Math.max(most, steps);
          off += steps > 0 ? 1 : 0;
        });
      });
      return { id, most, share: off / found[id]!.length };
    });
    for (const { id, most, share } of apart.slice(0, 12)) {
      // Floats are summed in another order than integers: a sum between two numbers may go the other way.
      expect([id, most <= 2]).toEqual([id, true]);
      expect(share, id).toBeLessThan(0.001);
    }
  });

  test.each([
    ['all layers', 6, []],
    ['some in floats', 4, ['stem', 'row04.expand', 'row06.add', 'head.logits']]
  ])('answers are nearer to the file than the file is to floats: %s', async (name, leastDb, keep) => {
    const { float, quantized, network } = await bothOf(arch, tensors, keep);
    const pictures = picturesOf(dataset, 'validation', 400);
    const open = openerFor(arch);
    const file = await answerOf(inEightBits(quantized), pictures, open);
    const inFloats = await answerOf([float, { kind: 'float', weights: 'float32' }], pictures, open);
    const { labels } = dataset.splits.validation;
    const truth = { labels, classes: arch.classes };
    const near = priceOf(await network.forward(pictures.images, pictures.count), { ...truth, wanted: file });
    const lost = priceOf(file, { ...truth, wanted: inFloats });
    process.stdout.write(printed(`rounded in training beside the file, ${name}`, near));
    process.stdout.write(printed(`the file beside floats, ${name}`, lost));
    expect(near.snrDb).toBeGreaterThan(lost.snrDb + leastDb);
    expect(near.agreement).toBeGreaterThan(98);
  });
});

test('1,500 pictures win back most of what unequal channels cost', async () => {
  const arch = trainedTable();
  const tensors = lopsided(arch, trainedTensors(), 8);
  const { end, events } = await exportTuned({
    arch,
    tensors,
    dataset: firstOf(dataset, { train: 1500, validation: 800 })
  });
  const result = writtenIn(end);
  const tuned = result.int8!.tuned!;
  process.stdout.write(`${result.notes.join('\n')}\n`);
  expect(tuned.floats - tuned.before).toBeGreaterThan(0.02);
  expect(tuned.after - tuned.before).toBeGreaterThan((tuned.floats - tuned.before) / 2);
  expect(events.some((event) => event.kind === 'stage' && event.stage === 'tuning')).toBe(true);
}, 120_000);

describe('tuning ends in words', () => {
  const arch: Architecture = { ...smallNetworks[0]!, input: [8, 8, 1], classes: 3 };
  const tensors = initTensors(lower(arch), 1);

  test('stopped: the best so far is written all the same', async () => {
    const { end } = await exportTuned({
      arch,
      tensors,
      dataset: bands,
      choice: { fineTune: { epochs: 40 } },
      stopAt: (event) => event.kind === 'stage' && event.stage === 'tuning'
    });
    const { int8, files, notes } = writtenIn(end);
    expect(int8?.tuned).toMatchObject({ stopped: true, failed: null });
    expect(int8!.tuned!.after).toBeGreaterThanOrEqual(int8!.tuned!.before);
    expect(files[0]?.name).toMatch(/int8\.tflite$/);
    expect(notes.join()).toContain('stopped');
  });

  test('a loss that is no number: the weights are as they were', async () => {
    const simd = async (): Promise<Engine> => {
      const engine = await doors.simd();
      const trainStep = () => Promise.resolve({ loss: NaN, correct: 0, terms: 1 });
      return {
        ...engine,
        createRounded: async (...what) => Object.assign((await engine.createRounded?.(...what))!, { trainStep })
      };
    };
    const platform = platformWithLiteRt({ engines: { ...doors, simd } });
    const { int8, notes } = writtenIn((await exportTuned({ arch, tensors, dataset: bands, platform })).end);
    expect(int8?.tuned).toMatchObject({ moved: false, stopped: false });
    expect(int8?.tuned?.failed).toContain('NaN');
    expect(int8?.tuned?.after).toBe(int8?.tuned?.before);
    expect(notes.join()).toContain('broke off');
  });

  test.each([
    ['nobody trained it', { tensors: null }, 'nobody has trained'],
    ['no pictures', { dataset: null }, 'labelled pictures'],
    [
      'other classes',
      { arch: { ...arch, classes: 5 }, tensors: initTensors(lower({ ...arch, classes: 5 }), 1) },
      '5 classes'
    ],
    [
      'no core',
      {
        platform: platformWithLiteRt({ engines: { ...doors, simd: () => Promise.reject(new Error('no SIMD here')) } })
      },
      'no SIMD here'
    ]
  ])('%s', async (_, changes, said) => {
    const { end } = await exportTuned({ arch, tensors, dataset: bands, ...changes });
    expect(end).toMatchObject({ kind: 'failed', reason: expect.stringContaining(said) as string });
  });
});
