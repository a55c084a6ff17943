/** @file Charts: the geometry of a dot plot of timed runs: one dot a run, stacked where runs took the same time. */
import { linear, ticksOf, type Span, type Tick } from './axis';

/** A dot plot in pixels; `beyond` counts the runs slower than the axis shows. */
export interface DotPlotLayout {
  readonly baseline: number;
  readonly right: number;
  readonly radius: number;
  readonly ticks: readonly Tick[];
  readonly dots: readonly { readonly x: number; readonly y: number }[];
  readonly beyond: number;
  /** Where a time in ms stands. */
  readonly at: (ms: number) => number;
}

const left = 16;

/** Stacks samples (ms) over a time axis that ends at the 97th percentile or the marks, whichever is later. */
export function dotPlotLayout(
  samples: readonly number[],
  marks: readonly number[],
  width: number,
  height: number
): DotPlotLayout {
  const baseline = height - 28;
  const right = width - 16;
  const x = linear(axisSpan(samples, marks), [left, right - 24]);
  let pitch = 8;
  let placed = stack(samples, x, right, pitch, baseline);
  const room = baseline - 40;
  while (placed.tallest * pitch > room && pitch > 2) {
    pitch -= 1;
    placed = stack(samples, x, right, pitch, baseline);
  }
  return {
    baseline,
    right,
    radius: pitch * 0.39,
    ticks: ticksOf(x, Math.max(3, Math.floor(width / 110))),
    dots: placed.dots,
    beyond: placed.beyond,
    at: (ms) => Math.round(x(ms) * 10) / 10
  };
}

function axisSpan(samples: readonly number[], marks: readonly number[]): Span {
  const sorted = [...samples].sort((a, b) => a - b);
  const low = Math.min(sorted[0] ?? Infinity, ...marks);
  const high = Math.max(sorted[Math.floor((sorted.length - 1) * 0.97)] ?? -Infinity, ...marks);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const room = (high - low || high * 0.1 || 1) * 0.12;
  return [Math.max(0, low - room), high + room];
}

function stack(samples: readonly number[], x: (ms: number) => number, right: number, pitch: number, baseline: number) {
  const heights = new Map<number, number>();
  const dots: { x: number; y: number }[] = [];
  let beyond = 0;
  for (const ms of samples) {
    const at = x(ms);
    if (at > right) {
      beyond += 1;
      continue;
    }
    const bin = Math.round(at / pitch);
    const level = (heights.get(bin) ?? 0) + 1;
    heights.set(bin, level);
    dots.push({ x: bin * pitch, y: baseline - level * pitch + pitch / 2 - 2 });
  }
  return { dots, beyond, tallest: Math.max(0, ...heights.values()) };
}

/** The value below which a share of the samples lies, by linear interpolation between ranks. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * share;
  const below = sorted[Math.floor(rank)] ?? NaN;
  const above = sorted[Math.ceil(rank)] ?? NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}
