/** @file Tests of the times of ops as a latency table has them. */
import { expect, test } from 'vitest';
import { presetById } from '../arch/presets/catalogue';
import type { Architecture } from '../arch/architecture';
import { opKey } from '../latency/key';
import { NO_CORRECTION, type LatencyTable } from '../latency/table';
import { lower } from '../ops/lower';
import { opTimesOf } from './op-times';

const ops = lower(presetById('v3-small')?.arch as Architecture);
const timing = (medianMs: number) => ({
  medianMs,
  p10Ms: medianMs,
  p90Ms: medianMs,
  runs: 1,
  samplesMs: [medianMs],
  settled: true
});
const keys = [...new Set(ops.map(opKey))];
const table: LatencyTable = {
  format: 1,
  setting: { runtime: 'tfjs-wasm', resolution: [224, 224, 3], batch: 1 },
  device: { runtime: 'tfjs-wasm', version: '4.22.0', backend: 'wasm', threads: 1, simd: true, isolated: true },
  measuredAt: '2026-11-22T10:00:00.000Z',
  // The whole network takes longer than its ops: that is no op's time.
  correction: { ...NO_CORRECTION, kind: 'intercept', interceptMs: 7 },
  calibration: [],
  timings: Object.fromEntries(keys.map((key, i) => [key, timing(i + 1)]))
};

test('every op has the time its like was measured with, and the setting says on what and how', () => {
  const times = opTimesOf(ops, table);
  for (const op of ops) expect(times?.msPerOp[op.id]).toBe(keys.indexOf(opKey(op)) + 1);
  expect(times).toMatchObject({
    kind: 'measured',
    setting:
      'tfjs-wasm, 224×224×3, batch 1, ms per image; TensorFlow.js 4.22.0, threads: 1, 2026-11-22; each op timed by itself'
  });
});

test('a table that lacks an op gives no times at all', () => {
  const [, ...others] = Object.entries(table.timings);
  expect(opTimesOf(ops, { ...table, timings: Object.fromEntries(others) })).toBeNull();
});
