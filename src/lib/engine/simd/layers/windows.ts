/** @file SIMD engine: one axis of a depthwise convolution as the walk of its kernel, forward and back, and the frames it walks in. */
import type { Shape } from '$lib/arch/architecture';
import type { Arena } from '../arena';
import type { Frame } from './layer';

/** One axis: pixels in and out, taps, pixels between windows and between taps, zeros before the first pixel. */
export interface Axis {
  readonly size: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** Outputs every `step` pixels from `first`; each sums `taps` taps, `tapStep` apart from `tap`, read from `start` on. */
export interface Walk {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly tap: number;
  readonly tapStep: number;
  readonly taps: number;
  /** The pixel read by the first output's first tap; negative in the zeros before the map. */
  readonly start: number;
  /** Pixels to go from one output to the next, and from one tap to the next. */
  readonly move: number;
  readonly tapMove: number;
}

/** How an axis is walked to make its outputs. */
export function walkForward({ out, kernel, stride, dilation, before }: Axis): Walk {
  const taps = { tap: 0, tapStep: 1, taps: kernel, tapMove: dilation };
  return { first: 0, step: 1, count: out, ...taps, start: -before, move: stride };
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * How it is walked to make the gradient of its inputs: one walk for each remainder r of the pixel's number by the
 * stride, since those r + m * stride have met the same taps: i with (r + before - i * dilation) divisible by the stride.
 */
export function walksBack({ size, kernel, stride, dilation, before }: Axis): readonly Walk[] {
  const common = gcd(dilation, stride);
  const tapStep = stride / common;
  return Array.from({ length: Math.min(stride, size) }, (_, first): Walk => {
    const candidates = Array.from({ length: Math.min(tapStep, kernel) }, (_, tap) => tap);
    const tap = candidates.find((i) => (first + before - i * dilation) % stride === 0);
    const count = Math.ceil((size - first) / stride);
    const walk = { first, step: stride, count, tapStep, move: 1, tapMove: -dilation / common };
    if (tap === undefined) return { ...walk, tap: 0, taps: 0, start: 0 };
    return {
      ...walk,
      tap,
      taps: Math.ceil((kernel - tap) / tapStep),
      start: (first + before - tap * dilation) / stride
    };
  });
}

/** Zeros needed before the first of `size` pixels and pixels in all, so that no walk leaves them. */
export function reachOf(walks: readonly Walk[], size: number): { readonly before: number; readonly length: number } {
  let [lowest, highest] = [0, size - 1];
  for (const { start, count, move, taps, tapMove } of walks) {
    if (taps === 0) continue;
    for (const from of [start, start + (count - 1) * move]) {
      for (const met of [from, from + (taps - 1) * tapMove]) {
        lowest = Math.min(lowest, met);
        highest = Math.max(highest, met);
      }
    }
  }
  return { before: -lowest, length: highest - lowest + 1 };
}

/** Reserves a frame for some maps that walks along both axes do not leave; its zeros are written once, here. */
export function openFrame(
  arena: Arena,
  [height, width, channels]: Shape,
  count: number,
  walks: readonly [rows: readonly Walk[], columns: readonly Walk[]]
): Frame {
  const rows = reachOf(walks[0], height);
  const columns = reachOf(walks[1], width);
  const line = columns.length * channels;
  const picture = rows.length * line;
  const pointer = arena.alloc(count * picture) + (rows.before * line + columns.before * channels) * 4;
  return { pointer, line, picture };
}
