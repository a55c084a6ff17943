/** @file Step 4, network: numbers by hash, the same in every language (generator h32v1): element i of a stream needs no other. */
import { mix32 } from '$lib/base/rng';

/** The stream of input pictures and the one of labels; tensors count theirs from 0. */
const INPUT_STREAM = 1_000_000;
const LABEL_STREAM = 2_000_000;
const INPUT_BOUND = 1.75;

/** Where a stream's numbers lie: uniform in [offset - bound, offset + bound). */
export interface Range {
  readonly offset: number;
  readonly bound: number;
}

/** The key of a stream: one for each tensor. */
const keyOf = (seed: number, stream: number): number =>
  mix32((mix32(seed >>> 0) + Math.imul(stream, 0x9e3779b9)) >>> 0);

/** `count` float32 numbers of a stream: offset + bound (u / 2^23 - 1), u of 24 hashed bits, rounded once. */
export function hashedNumbers(seed: number, stream: number, { count, offset, bound }: Range & { count: number }) {
  const key = keyOf(seed, stream);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = offset + bound * ((mix32(key ^ mix32(i)) >>> 8) / 8388608 - 1);
  return out;
}

/** Pictures [batch, height, width, channels] (NHWC), hashed in the order NCHW, uniform in ±1.75. */
export function hashedInput(shape: readonly [number, number, number, number], seed: number): Float32Array {
  const [batch, height, width, channels] = shape;
  const pixels = height * width;
  const planes = hashedNumbers(seed, INPUT_STREAM, { count: batch * channels * pixels, offset: 0, bound: INPUT_BOUND });
  const out = new Float32Array(planes.length);
  for (let b = 0; b < batch; b++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < pixels; p++)
        out[(b * pixels + p) * channels + c] = planes[(b * channels + c) * pixels + p] as number;
  return out;
}

/** Labels below `classes` for `count` pictures. */
export function hashedLabels(count: number, classes: number, seed: number): Uint32Array {
  const key = keyOf(seed, LABEL_STREAM);
  return Uint32Array.from({ length: count }, (_, i) => mix32(key ^ mix32(i)) % classes);
}
