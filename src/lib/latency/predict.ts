/** @file Step 5, latency: predicts a network from the table as the sum of its ops plus a calibrated correction. */
import type { Op } from '$lib/ops/op';
import { opKey } from './key';
import type { Correction, CorrectionKind, LatencyTable } from './table';
import { NO_CORRECTION } from './table';

/** Milliseconds per image predicted from the table, or the keys the table lacks; never a guess. */
export type Prediction =
  | {
      readonly kind: 'predicted';
      readonly latencyMs: number;
      /** Share of each op, by id, correction per op included; the intercept is not shared out. */
      readonly perOp: Readonly<Record<string, number>>;
      /** The same per column of the diagram: 0 the stem, 1..n the rows, then the head. */
      readonly perColumn: readonly number[];
    }
  | { readonly kind: 'missing'; readonly keys: readonly string[] };

/** Predicts a network's latency in ms per image, op by op. */
export function predictLatency(ops: readonly Op[], table: LatencyTable): Prediction {
  const { slope, perOpMs, interceptMs } = table.correction;
  const perOp: Record<string, number> = {};
  const perColumn: number[] = [];
  const missing = new Set<string>();
  let latencyMs = interceptMs;
  for (const op of ops) {
    const key = opKey(op);
    const timing = table.timings[key];
    if (timing === undefined) {
      missing.add(key);
      continue;
    }
    const ms = slope * timing.medianMs + perOpMs;
    perOp[op.id] = ms;
    while (perColumn.length <= op.column) perColumn.push(0);
    perColumn[op.column] = (perColumn[op.column] ?? 0) + ms;
    latencyMs += ms;
  }
  if (missing.size > 0) return { kind: 'missing', keys: [...missing] };
  return { kind: 'predicted', latencyMs: Math.max(0, latencyMs), perOp, perColumn };
}

/** The latency alone in ms per image, or null where the table lacks a key: what a search asks a million times. */
export function latencyMsOf(ops: readonly Op[], table: LatencyTable): number | null {
  const { slope, perOpMs, interceptMs } = table.correction;
  let sumMs = 0;
  for (const op of ops) {
    const timing = table.timings[opKey(op)];
    if (timing === undefined) return null;
    sumMs += timing.medianMs;
  }
  return Math.max(0, slope * sumMs + perOpMs * ops.length + interceptMs);
}

/** A whole network measured end to end in the table's setting. */
export interface Measurement {
  readonly ops: readonly Op[];
  /** Milliseconds per image. */
  readonly measuredMs: number;
}

interface Point {
  readonly sumMs: number;
  readonly ops: number;
  readonly measuredMs: number;
}

const mean = (points: readonly Point[], of: (p: Point) => number): number =>
  points.reduce((sum, p) => sum + of(p), 0) / points.length;

/** The least-squares line through (x, y); null where all x are equal. */
function line(points: readonly Point[], x: (p: Point) => number, y: (p: Point) => number): [number, number] | null {
  const meanX = mean(points, x);
  const meanY = mean(points, y);
  const variance = mean(points, (p) => (x(p) - meanX) ** 2);
  if (!(variance > 0)) return null;
  const slope = mean(points, (p) => (x(p) - meanX) * (y(p) - meanY)) / variance;
  return [slope, meanY - slope * meanX];
}

/** Least squares of each model; null where the points do not determine it. */
const fits: Record<Exclude<CorrectionKind, 'none'>, (points: readonly Point[]) => Correction | null> = {
  intercept: (points) => ({
    kind: 'intercept',
    slope: 1,
    perOpMs: 0,
    interceptMs: mean(points, (p) => p.measuredMs - p.sumMs)
  }),
  // Every op was timed with one call and one read-back too many, the network has them once.
  perOp: (points) => {
    const fit = line(
      points,
      (p) => p.ops,
      (p) => p.measuredMs - p.sumMs
    );
    return fit && { kind: 'perOp', slope: 1, perOpMs: fit[0], interceptMs: fit[1] };
  },
  affine: (points) => {
    const fit = line(
      points,
      (p) => p.sumMs,
      (p) => p.measuredMs
    );
    return fit && fit[0] > 0 ? { kind: 'affine', slope: fit[0], perOpMs: 0, interceptMs: fit[1] } : null;
  }
};

const apply = (c: Correction, p: Point): number => c.slope * p.sumMs + c.perOpMs * p.ops + c.interceptMs;

/** Root mean square relative error when each point is predicted by a fit to the others. */
function leaveOneOut(points: readonly Point[], fit: (points: readonly Point[]) => Correction | null): number {
  let squares = 0;
  for (const held of points) {
    const correction = fit(points.filter((p) => p !== held));
    if (correction === null) return Infinity;
    squares += (apply(correction, held) / held.measuredMs - 1) ** 2;
  }
  return Math.sqrt(squares / points.length);
}

/** Another model replaces the intercept only where it takes a fifth off its leave-one-out error. */
const CLEARLY_BETTER = 0.8;

/**
 * Calibrates the correction on whole networks by least squares: slope 1 plus intercept, unless a cost per op or a free
 * slope is clearly better (leave-one-out error ≤ 80 %, at least four networks). Networks with missing keys are ignored.
 */
export function calibrate(table: LatencyTable, measurements: readonly Measurement[]): LatencyTable {
  const raw: LatencyTable = { ...table, correction: NO_CORRECTION };
  const points: Point[] = [];
  for (const { ops, measuredMs } of measurements) {
    const sumMs = latencyMsOf(ops, raw);
    if (sumMs !== null) points.push({ sumMs, ops: ops.length, measuredMs });
  }
  if (points.length === 0) return { ...raw, calibration: [] };
  let chosen: Exclude<CorrectionKind, 'none'> = 'intercept';
  if (points.length >= 4) {
    let least = leaveOneOut(points, fits.intercept) * CLEARLY_BETTER;
    for (const kind of ['perOp', 'affine'] as const) {
      const error = leaveOneOut(points, fits[kind]);
      if (error < least) [chosen, least] = [kind, error];
    }
  }
  return { ...table, correction: fits[chosen](points) ?? NO_CORRECTION, calibration: points };
}

/** Root mean square relative error of the table on the networks it was calibrated on; null before any: say it beside predictions. */
export function calibrationError(table: LatencyTable): number | null {
  const { calibration, correction } = table;
  if (calibration.length === 0) return null;
  return Math.sqrt(mean(calibration, (p) => (apply(correction, p) / p.measuredMs - 1) ** 2));
}
