/** @file Data: pictures of one size as those a network takes: resized, and gray repeated to its channels. */
import type { Shape } from '$lib/arch/architecture';

/** What is done to pictures on the way. */
export interface Fitting {
  readonly from: Shape;
  readonly to: Shape;
  readonly resized: boolean;
  /** Gray pictures in every channel of a network that reads colours. */
  readonly repeated: boolean;
  /** Colours weighed together for a network that reads gray (Rec. 601 luma). */
  readonly grayed: boolean;
}

/** What must be done, or null where nobody can say: from 3 channels to 4, say. */
export function fittingOf(from: Shape, to: Shape): Fitting | null {
  const [channels, wanted] = [from[2], to[2]];
  const repeated = channels === 1 && wanted > 1;
  const grayed = channels === 3 && wanted === 1;
  if (channels !== wanted && !repeated && !grayed) return null;
  return { from, to, resized: from[0] !== to[0] || from[1] !== to[1], repeated, grayed };
}

const luma = [0.299, 0.587, 0.114] as const;

/** Two neighbours of each pixel along one axis and the share of the second, with half-pixel centres. */
function blend(size: number, to: number): readonly (readonly [number, number, number])[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / to - 0.5));
    const low = Math.floor(at);
    return [low, Math.min(low + 1, size - 1), at - low] as const;
  });
}

/** Pictures [count, h, w, c] of the one shape as those of the other, bilinear. */
export function fitPictures(images: Float32Array, count: number, { from, to, resized, grayed }: Fitting): Float32Array {
  const [height, width, channels] = from;
  const [tall, wide, wanted] = to;
  if (!resized && channels === wanted) return images;
  const [rows, columns] = [blend(height, tall), blend(width, wide)];
  const out = new Float32Array(count * tall * wide * wanted);
  const pixel = new Float32Array(channels);
  let o = 0;
  for (let n = 0; n < count; n++) {
    const picture = n * height * width;
    for (const [top, bottom, down] of rows)
      for (const [left, right, along] of columns) {
        for (let c = 0; c < channels; c++) {
          const at = (y: number, x: number): number => images[(picture + y * width + x) * channels + c] as number;
          const upper = at(top, left) * (1 - along) + at(top, right) * along;
          pixel[c] = upper * (1 - down) + (at(bottom, left) * (1 - along) + at(bottom, right) * along) * down;
        }
        for (let c = 0; c < wanted; c++) {
          const gray = (): number => luma.reduce((sum, share, i) => sum + share * (pixel[i] as number), 0);
          out[o++] = grayed ? gray() : (pixel[channels === 1 ? 0 : c] as number);
        }
      }
  }
  return out;
}
