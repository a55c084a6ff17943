import { describe, expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { fitTo } from '$lib/arch/fit';
import { lower } from '$lib/ops/lower';
import type { ConvOp, DenseOp, DepthwiseOp, Op } from '$lib/ops/op';
import { interpolatedMs, interpolatorOf } from './interpolate';
import { opKey } from './key';
import { timingOf } from './measure';
import { latencyMsOf } from './predict';
import { NO_CORRECTION, type LatencyTable } from './table';

const ops = lower(fitTo(presetById('v3-small')!.arch, [28, 28, 1], 10).arch);
const find = <K extends Op['kind']>(id: string, kind: K): Op & { kind: K } => {
  const op = ops.find((other) => other.id === id);
  if (op?.kind !== kind) throw new Error(`${id} must be a ${kind}`);
  return op as Op & { kind: K };
};
const resized = <O extends ConvOp | DepthwiseOp | DenseOp>(op: O, from: number, to: number): O => ({
  ...op,
  in: [op.in[0], op.in[1], from],
  out: [op.out[0], op.out[1], to]
});

/** Affine in each width, as a real kernel nearly is. */
const cost = (op: Op): number => 0.2 + 0.001 * op.in[2] * op.out[2] + 0.01 * op.out[2];

function tableOf(measured: readonly Op[]): LatencyTable {
  const timings = Object.fromEntries(measured.map((op) => [opKey(op), timingOf([cost(op)], 1, true)]));
  const device = { runtime: 'formula', version: '1', backend: 'none', threads: 1, simd: true, isolated: true };
  const setting = { runtime: 'formula', resolution: [28, 28, 1] as const, batch: 64 };
  return {
    format: 1,
    setting,
    device,
    measuredAt: '2026-01-01T00:00:00Z',
    correction: NO_CORRECTION,
    calibration: [],
    timings
  };
}

describe('interpolatorOf(table)', () => {
  const expand = find('row05.expand', 'conv');
  const depthwise = find('row05.depthwise', 'depthwise');
  const corners = [
    [8, 8],
    [8, 240],
    [40, 8],
    [40, 240]
  ] as const;
  const grid = corners.map(([from, to]) => resized(expand, from, to));

  test('is exact between four corners where time is affine in each width', () => {
    const between = resized(expand, 24, 120);
    const timing = interpolatorOf(tableOf(grid))(between);
    expect(timing?.medianMs).toBeCloseTo(cost(between), 9);
    expect(timing?.samplesMs).toEqual([]);
  });

  test('answers a measured width with its own timing', () => {
    expect(interpolatorOf(tableOf(grid))(resized(expand, 40, 8))?.medianMs).toBe(cost(resized(expand, 40, 8)));
  });

  test('never reaches beyond the outermost measurement', () => {
    expect(interpolatorOf(tableOf(grid))(resized(expand, 48, 120))).toBeNull();
    expect(interpolatorOf(tableOf(grid))(resized(expand, 24, 248))).toBeNull();
    expect(interpolatorOf(tableOf([resized(depthwise, 64, 64)]))(resized(depthwise, 72, 72))).toBeNull();
  });

  test('takes the tightest neighbours of a depthwise width', () => {
    const measured = [8, 64, 128, 240].map((width) => resized(depthwise, width, width));
    const timing = interpolatorOf(tableOf(measured))(resized(depthwise, 96, 96));
    const [low, high] = [cost(resized(depthwise, 64, 64)), cost(resized(depthwise, 128, 128))];
    expect(timing?.medianMs).toBeCloseTo((low + high) / 2, 9);
  });

  test('equals the plain prediction where every op was measured', () => {
    const table = tableOf(ops);
    expect(interpolatedMs(ops, table, interpolatorOf(table))).toBe(latencyMsOf(ops, table));
  });
});
