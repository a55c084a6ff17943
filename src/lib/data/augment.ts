/** @file Data: changes the pictures of a batch a little, anew each time they are shown, so that a network sees more of them. */
import type { Shape } from '$lib/arch/architecture';
import type { Rng } from '$lib/base/rng';
import { m } from '$paraglide/messages';
import { mirror } from './batches';
import type { Dataset } from './dataset';

/** What may happen to a picture; false and 0 leave it alone. */
export interface Augmentation {
  /** Mirror half of the pictures left to right; wrong for pictures that must be read, as digits. */
  readonly flip: boolean;
  /** Pad by this many pixels of black on every side and cut the old size out anywhere (He et al. 2016, §4.2). */
  readonly crop: number;
  /** Blank one square of this side, centred anywhere, to the mean (DeVries and Taylor 2017); it may hang over an edge. */
  readonly cutout: number;
  /** What black is per channel after normalisation; 0, the mean, when left out. */
  readonly black?: readonly number[];
}

/** What a black pixel is in a batch normalised by a dataset's mean and deviation. */
export function blackOf({ mean, std }: Pick<Dataset, 'mean' | 'std'>): number[] {
  return mean.map((value, c) => -value / (std[c] ?? 1));
}

/** Why pictures of a set cannot be changed so, in a sentence; empty where they can: masks and boxes are only mirrored along. */
export function whyNotAugment({ kind, name }: Pick<Dataset, 'kind' | 'name'>, { crop, cutout }: Augmentation): string {
  return kind === 'scenes' && (crop > 0 || cutout > 0) ? m.data_scenes_moved({ name, crop, cutout }) : '';
}

/** A whole number of pixels, or an error with the rule. */
function checked(name: 'crop' | 'cutout', pixels: number): number {
  if (!Number.isInteger(pixels) || pixels < 0)
    throw new Error(`augmentation: ${name} must be a whole number of pixels, got ${pixels}`);
  return pixels;
}

/** Moves one picture by whole pixels; what comes in from outside is `black`. */
function move(
  picture: Float32Array,
  by: readonly [down: number, right: number],
  shape: Shape,
  black: Float32Array
): void {
  const [height, width] = shape;
  const channels = black.length;
  const [down, right] = by;
  const old = picture.slice();
  const line = width * channels;
  const from = Math.min(Math.max(0, -right), width);
  const to = Math.max(from, width - Math.max(0, right));
  for (let y = 0; y < height; y++) {
    const row = picture.subarray(y * line, (y + 1) * line);
    for (let i = 0; i < line; i++) row[i] = black[i % channels]!;
    const source = (y - down) * line;
    if (to > from && y >= down && y - down < height)
      row.set(old.subarray(source + from * channels, source + to * channels), (from + right) * channels);
  }
}

/** Blanks the square of a side around a centre, as far as it lies in the picture, to 0: the mean. */
function blank(picture: Float32Array, centre: readonly [y: number, x: number], side: number, shape: Shape): void {
  const [height, width, channels] = shape;
  const top = Math.max(0, centre[0] - (side >> 1));
  const bottom = Math.min(height, centre[0] - (side >> 1) + side);
  const left = Math.max(0, centre[1] - (side >> 1));
  const right = Math.min(width, centre[1] - (side >> 1) + side);
  for (let y = top; y < bottom; y++) picture.fill(0, (y * width + left) * channels, (y * width + right) * channels);
}

/**
 * Augments the first `count` pictures of a normalised float32 NHWC batch in place: mirrored, then cropped, then cut
 * out. Each of the three draws from a stream of its own, so that switching one on does not change the others: flip
 * draws from `rng` itself, one number a picture. Answers which pictures were mirrored, so that masks and boxes can be.
 */
export function augment(
  images: Float32Array,
  count: number,
  shape: Shape,
  { flip, crop, cutout, black }: Augmentation,
  rng: Rng
): number[] {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const most = checked('crop', crop);
  const side = checked('cutout', cutout);
  if (images.length < count * size)
    throw new Error(`augmentation of ${count}: must have ${count * size} floats, got ${images.length}`);
  const mirrored = Array.from({ length: flip ? count : 0 }, (_, row) => row).filter(() => rng.next() < 0.5);
  for (const row of mirrored) mirror(images, row, shape);
  const places = rng.fork('crop');
  const squares = rng.fork('cutout');
  const outside = Float32Array.from({ length: channels }, (_, c) => black?.[c] ?? 0);
  for (let row = 0; row < count; row++) {
    const picture = images.subarray(row * size, (row + 1) * size);
    if (most > 0) {
      const by = [places.below(2 * most + 1) - most, places.below(2 * most + 1) - most] as const;
      if (by[0] !== 0 || by[1] !== 0) move(picture, by, shape, outside);
    }
    if (side > 0) blank(picture, [squares.below(height), squares.below(width)], side, shape);
  }
  return mirrored;
}
