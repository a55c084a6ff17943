/** @file Tests of looking into a network: which one answers. */
import { expect, test } from 'vitest';
import { dataset, request } from '../../../test/support/bands';
import { platformOf } from '../../../test/support/band-training';
import { fitTo } from '$lib/arch/fit';
import { lower } from '$lib/ops/lower';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';
import { createLookRunner } from './runner';

const { arch } = fitTo(request.arch, dataset.shape, dataset.classes.length);
const from = { dataset: 'bands', datasetSha256: 'ab', epochs: 1, seed: 1, engine: '', validationAccuracy: 0.5 };
const drawn = (seed: number): Checkpoint => ({ format: 1, arch, tensors: initTensors(lower(arch), seed), from });

test('other weights answer for themselves, though table and origin are told alike; a copy is the same network', async () => {
  const shares = async (...looks: readonly Checkpoint[]): Promise<Float32Array | null> => {
    const runner = createLookRunner(platformOf());
    await runner.open({ kind: 'own', dataset }, dataset.shape);
    let seen: Float32Array | null = null;
    for (const checkpoint of looks) seen = (await runner.look(checkpoint, 0)).probabilities;
    return seen;
  };
  const [one, other] = [await shares(drawn(1)), await shares(drawn(2))];
  expect(one).not.toEqual(other);
  expect(await shares(drawn(1), drawn(2))).toEqual(other);
  expect(await shares(drawn(1), structuredClone(drawn(1)))).toEqual(one);
});
