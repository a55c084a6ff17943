/** @file Command line: what `bneck run` feeds to the network: a .npy array or a picture. */
import { readFileSync } from 'node:fs';
import type { Shape } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import { m } from '$paraglide/messages';
import { isPicture, readPicture, scaled, type Picture } from './decode-node';
import { InputError } from './input-error';
import { readNpy, type NpyArray } from './npy';
import { channelsOf, normalised, type PixelScale } from './pixels';

export type Layout = 'nhwc' | 'nchw';

/** A file as read: an array [count, h, w, c], or one picture of any size. */
export type RunInput =
  | {
      readonly kind: 'array';
      readonly count: number;
      readonly shape: Shape;
      readonly data: Float32Array;
      /** Whether the values are pixels of 0 to 255. */
      readonly pixels: boolean;
    }
  | { readonly kind: 'picture'; readonly picture: Picture };

const refuse = (path: string, reason: string): InputError => new InputError(m.cli_run_input_bad({ path, reason }));

function toNhwc(data: Float32Array, count: number, [height, width, channels]: Shape): Float32Array {
  const area = height * width;
  const out = new Float32Array(data.length);
  for (let b = 0; b < count; b++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < area; i++) out[(b * area + i) * channels + c] = data[(b * channels + c) * area + i] ?? 0;
  return out;
}

function arrayInput(path: string, { shape, data, bytes }: NpyArray, layout: Layout): RunInput {
  const full = shape.length === 3 ? [1, ...shape] : shape;
  if (full.length !== 4 || full.includes(0)) throw refuse(path, m.cli_run_array_shape({ got: shape.join('×') }));
  const [count = 1, ...rest] = full;
  const [first = 1, second = 1, third = 1] = rest;
  const inside: Shape = layout === 'nchw' ? [second, third, first] : [first, second, third];
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw refuse(path, m.cli_run_array_finite({ index: bad }));
  const values = layout === 'nchw' ? toNhwc(data, count, inside) : data;
  return { kind: 'array', count, shape: inside, data: values, pixels: bytes };
}

/** Reads a .npy, PNG or JPEG file; throws InputError with what is wrong. */
export function readRunInput(path: string, layout: Layout): RunInput {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (error) {
    throw refuse(path, reasonOf(error));
  }
  if (isPicture(bytes)) {
    try {
      return { kind: 'picture', picture: readPicture(bytes) };
    } catch (error) {
      throw refuse(path, reasonOf(error));
    }
  }
  const read = readNpy(bytes);
  if (read.kind === 'bad') throw refuse(path, m.cli_run_input_kind({ reason: read.message }));
  return arrayInput(path, read.array, layout);
}

/** What is typed and what the table says about the input: height and width may be open. */
export interface WantedInput {
  readonly path: string;
  readonly size: readonly number[] | undefined;
  /** The table's own input. */
  readonly input: Shape;
}

/** The input the network gets: the array's own size; a picture is scaled to the network. Throws InputError. */
export function inputSizeOf(given: RunInput, { path, size, input }: WantedInput): readonly number[] | undefined {
  if (given.kind === 'picture') return size;
  const channels = size?.[2] ?? input[2];
  const [height, width, depth] = given.shape;
  const got = given.shape.join('×');
  if (depth !== channels) {
    const turned = height === channels;
    throw refuse(path, turned ? m.cli_run_array_nchw({ got }) : m.cli_run_array_channels({ want: channels, got }));
  }
  const [wantedHeight = height, wantedWidth = wantedHeight] = size ?? [height, width];
  if (wantedHeight !== height || wantedWidth !== width) {
    throw refuse(path, m.cli_run_array_size({ want: `${wantedHeight}×${wantedWidth}`, got }));
  }
  return [height, width, channels];
}

/** The numbers [count, h, w, c] for a network of this input. */
export function imagesOf(given: RunInput, [height, width, channels]: Shape, scale: PixelScale): Float32Array {
  if (given.kind === 'array') return given.pixels ? normalised(given.data, channels, scale) : given.data;
  if (![1, 3, 4].includes(channels)) throw new InputError(m.cli_run_picture_channels({ channels }));
  return normalised(channelsOf(scaled(given.picture, width, height), channels), channels, scale);
}
