/** @file Step 5, latency: fills the widths between measured ones; never beyond the outermost measurement. */
import type { Op } from '$lib/ops/op';
import { opKey } from './key';
import type { Timing } from './measure';
import type { LatencyTable } from './table';

/** A measured width pair of ops that are alike but for their channels. */
interface Point {
  readonly from: number;
  readonly to: number;
  readonly timing: Timing;
}

const shapes = /(\d+)x(\d+)x(\d+)>(\d+)x(\d+)x(\d+)/;

/** A key without its channels, and the channels. */
function split(key: string): { readonly family: string; readonly from: number; readonly to: number } | null {
  const found = shapes.exec(key);
  if (!found) return null;
  const family = key.replace(shapes, `${found[1]}x${found[2]}>${found[4]}x${found[5]}`);
  return { family, from: Number(found[3]), to: Number(found[6]) };
}

const share = (low: number, high: number, at: number): number => (high === low ? 0 : (at - low) / (high - low));

/** A timing between others, weighted; its spread is theirs, its samples none, because nobody measured it. */
function blend(parts: readonly (readonly [weight: number, timing: Timing])[]): Timing {
  const of = (field: 'medianMs' | 'p10Ms' | 'p90Ms'): number =>
    parts.reduce((sum, [weight, timing]) => sum + weight * timing[field], 0);
  const settled = parts.every(([, timing]) => timing.settled);
  return { medianMs: of('medianMs'), p10Ms: of('p10Ms'), p90Ms: of('p90Ms'), runs: 1, samplesMs: [], settled };
}

/** The pairs low ≤ at ≤ high among measured widths, tightest first. */
function brackets(widths: readonly number[], at: number): readonly (readonly [number, number])[] {
  const unique = [...new Set(widths)];
  // The width itself may be measured, but not beside the other width asked for: wider pairs must stay on offer.
  const lows = unique.filter((width) => width <= at);
  const highs = unique.filter((width) => width >= at);
  const pairs = lows.flatMap((low) => highs.map((high) => [low, high] as const));
  return pairs.sort((a, b) => a[1] - a[0] - (b[1] - b[0]));
}

/** Bilinear in input and output channels: a 1x1 convolution's time is nearly affine in each. */
function rectangle(points: readonly Point[], from: number, to: number): Timing | null {
  const at = new Map(points.map((point) => [`${point.from}>${point.to}`, point.timing]));
  const froms = brackets(
    points.map((point) => point.from),
    from
  );
  const tos = brackets(
    points.map((point) => point.to),
    to
  );
  for (const [f0, f1] of froms) {
    for (const [t0, t1] of tos) {
      const corners = [`${f0}>${t0}`, `${f0}>${t1}`, `${f1}>${t0}`, `${f1}>${t1}`].map((corner) => at.get(corner));
      const [a, b, c, d] = corners;
      if (!a || !b || !c || !d) continue;
      const u = share(f0, f1, from);
      const v = share(t0, t1, to);
      const weights = [(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v];
      return blend([a, b, c, d].map((timing, i) => [weights[i] ?? 0, timing]));
    }
  }
  return null;
}

/** Linear along one measure of size: channels of a depthwise, pool, multiply or add; weights of a dense layer. */
function line(points: readonly Point[], at: number, size: (point: Point) => number): Timing | null {
  const [pair] = brackets(points.map(size), at);
  if (!pair) return null;
  const [low, high] = pair.map((width) => points.find((point) => size(point) === width)?.timing);
  if (!low || !high) return null;
  const t = share(pair[0], pair[1], at);
  return blend([
    [1 - t, low],
    [t, high]
  ]);
}

/** Points whose channels stand in the same ratio. */
const alike = (points: readonly Point[], from: number, to: number): readonly Point[] =>
  points.filter((point) => point.to * from === to * point.from);

/** Answers for ops of a table: measured, interpolated between measured neighbours, or null. */
export type TimingOf = (op: Op) => Timing | null;

/** Opens the interpolation over a table; answers are remembered. */
export function interpolatorOf(table: LatencyTable): TimingOf {
  const families = new Map<string, Point[]>();
  for (const [key, timing] of Object.entries(table.timings)) {
    const parts = split(key);
    if (!parts) continue;
    const points = families.get(parts.family) ?? [];
    points.push({ from: parts.from, to: parts.to, timing });
    families.set(parts.family, points);
  }
  const known = new Map<string, Timing | null>();
  return (op) => {
    const key = opKey(op);
    const measured = table.timings[key] ?? known.get(key);
    if (measured !== undefined) return measured;
    const parts = split(key);
    const points = parts ? (families.get(parts.family) ?? []) : [];
    const { from, to } = parts ?? { from: 0, to: 0 };
    let timing: Timing | null;
    if (op.kind === 'conv' || op.kind === 'transposedConv') timing = rectangle(points, from, to);
    else if (op.kind === 'dense') timing = line(points, from * to, (point) => point.from * point.to);
    // Several filters per channel are a family of their own; a concat is as wide as it is.
    else timing = line(alike(points, from, to), to, (point) => point.to);
    known.set(key, timing);
    return timing;
  };
}

/** A network's latency in ms per picture with interpolated widths; null where even neighbours are missing. */
export function interpolatedMs(ops: readonly Op[], table: LatencyTable, timingOf: TimingOf): number | null {
  const { slope, perOpMs, interceptMs } = table.correction;
  let sumMs = 0;
  for (const op of ops) {
    const timing = timingOf(op);
    if (!timing) return null;
    sumMs += timing.medianMs;
  }
  return Math.max(0, slope * sumMs + perOpMs * ops.length + interceptMs);
}
