/** @file Test support: drawn pictures that a small network learns in seconds, and a short training on them. */
import { rngOf } from '$lib/base/rng';
import type { ClassSet, Split } from '$lib/data/dataset';
import type { TrainRequest } from '$workers/train/protocol';
import { smallNetworks } from './small-networks';

const shape = [8, 8, 1] as const;

/** Pictures of three classes, told apart by where they are bright. */
function split(count: number, seed: number): Split {
  const rng = rngOf(seed);
  const labels = Uint8Array.from({ length: count }, () => rng.below(3));
  const images = Uint8Array.from({ length: count * 64 }, (_, i) => {
    const band = Math.floor((i % 64) / 24);
    return rng.below(100) + (band === labels[Math.floor(i / 64)] ? 120 : 0);
  });
  return { count, images, labels };
}

/** What is trained on. */
export const dataset: ClassSet = {
  kind: 'classes',
  id: 'bands',
  name: 'Bands',
  shape,
  classes: ['top', 'middle', 'bottom'],
  sha256: 'ab',
  mean: [0.3],
  std: [0.25],
  splits: { train: split(48, 1), validation: split(24, 2), test: split(24, 3) }
};

/** Three epochs of three steps. */
export const request: TrainRequest = {
  arch: smallNetworks[0]!,
  data: { kind: 'own', dataset },
  epochs: 3,
  batchSize: 16,
  learningRate: 0.05,
  seed: 4,
  engine: 'simd',
  start: null
};
