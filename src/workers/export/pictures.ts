/** @file Workers: the pictures that an exported file is proved on. */
import type { Shape } from '$lib/arch/architecture';
import { normalise } from '$lib/data/batches';
import { fitPictures, fittingOf } from '$lib/data/fit';
import { rngOf } from '$lib/base/rng';
import { m } from '$paraglide/messages';
import type { DataChoice } from '../choice';
import { datasetOf, type Platform } from '../platform';

/** Pictures [count, h, w, c] as a network takes them, and where they are from, in words. */
export interface ProofPictures {
  readonly images: Float32Array;
  readonly count: number;
  readonly note: string;
  /** The class of each picture, of so many; null where there is none. */
  readonly labels: Uint8Array | null;
  readonly classes: number | null;
}

/** Noise of mean 0 and deviation 1, as pictures are once they are normalised; the same for the same seed. */
export function noisePictures(input: Shape, count: number): ProofPictures {
  const rng = rngOf(1);
  // A sum of three uniform numbers, spread to deviation 1.
  const draw = (): number => (rng.next() + rng.next() + rng.next() - 1.5) * 2;
  const images = Float32Array.from({ length: count * input[0] * input[1] * input[2] }, draw);
  return { images, count, note: m.export_pictures_noise({ count }), labels: null, classes: null };
}

/** The first validation pictures of a set, fitted to the network; noise where there are none, or none that fit. */
export async function proofPictures(
  platform: Platform,
  { data, input, count: wanted }: { data: DataChoice | null; input: Shape; count: number }
): Promise<ProofPictures> {
  if (data === null) return noisePictures(input, wanted);
  const dataset = await datasetOf(platform, data, input);
  const fitting = fittingOf(dataset.shape, input);
  const count = Math.min(wanted, dataset.splits.validation.count);
  if (!fitting || count === 0) return noisePictures(input, wanted);
  const [height, width, channels] = dataset.shape;
  const images = new Float32Array(count * height * width * channels);
  const { labels } = normalise(
    dataset,
    'validation',
    Uint32Array.from({ length: count }, (_, i) => i),
    images
  );
  const from = dataset.shape.join('×');
  const to = input.join('×');
  const values = { count, name: dataset.name, from, to };
  const note = from === to ? m.export_pictures_of(values) : m.export_pictures_fitted(values);
  const isClassed = dataset.kind === 'classes';
  const truth = { labels: isClassed ? labels : null, classes: isClassed ? dataset.classes.length : null };
  return { images: fitPictures(images, count, fitting), count, note, ...truth };
}
