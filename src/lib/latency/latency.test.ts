/** @file Proves that a table measured on a synthetic clock predicts, calibrates, resumes and parses. */
import { describe, expect, it } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { fitTo } from '$lib/arch/fit';
import { costOf } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { opKey } from './key';
import { measureNetwork, measureRunnable, median, quantile, timingOf } from './measure';
import { emptyTable, measureTable, type TableProgress } from './measure-table';
import { measureNetworks } from './measure-networks';
import { calibrate, calibrationError, latencyMsOf, predictLatency } from './predict';
import type { LatencyRuntime } from './runtime';
import { defaultSetting, settingKey, settingLabel } from './setting';
import { parseTable, parseTableText, tableMismatch, toJson, type LatencyTable } from './table';

const arch = fitTo(mobileNetV3Small, [28, 28, 1], 10).arch;
const ops = lower(arch);
const setting = defaultSetting('tfjs-wasm', arch.input);
const measuredAt = '2026-11-21T22:00:00.000Z';

/** A device by formula: so many ms per op and per million MAdds and image; time passes only while it runs. */
function deviceOf({ opMs = 0.01, startMs = 0.2 } = {}) {
  let nowMs = 0;
  let prepared = 0;
  let disposed = 0;
  const costMs = (list: readonly Op[]): number =>
    startMs + list.reduce((sum, op) => sum + opMs + (costOf(op).madds + costOf(op).activationBytes) / 1e6, 0);
  const runtime: LatencyRuntime = {
    description: { runtime: 'tfjs-wasm', version: '1', backend: 'wasm', threads: 1, simd: true, isolated: true },
    prepare: (list, batch) => {
      prepared += 1;
      return Promise.resolve({
        run: () => {
          nowMs += costMs(list) * batch;
          return Promise.resolve();
        },
        dispose: () => {
          disposed += 1;
        }
      });
    }
  };
  return { runtime, clock: () => nowMs, costMs, counts: () => ({ prepared, disposed }) };
}

async function fullTable(device = deviceOf()): Promise<{ table: LatencyTable; events: TableProgress[] }> {
  const events: TableProgress[] = [];
  let table = emptyTable(device.runtime, setting, measuredAt);
  for await (const event of measureTable(device.runtime, { setting, ops, measuredAt }, device.clock)) {
    events.push(event);
    table = event.table;
  }
  return { table, events };
}

describe('the deployment setting', () => {
  it('times small pictures at batch 64 and prints what a latency means', () => {
    expect(settingLabel(setting)).toBe('tfjs-wasm, 28×28×1, batch 64, ms per image');
    expect(settingKey(setting)).toBe('tfjs-wasm/28x28x1/64');
    expect(defaultSetting('tfjs-wasm', [65, 65, 3]).batch).toBe(1);
  });
});

describe('opKey', () => {
  it('ignores ids and tells apart kernel, stride, shapes, NL and pads', () => {
    const depthwise = ops.find((op) => op.kind === 'depthwise');
    if (depthwise?.kind !== 'depthwise') throw new Error('no depthwise');
    const changed: Op[] = [
      { ...depthwise, kernel: 7 },
      { ...depthwise, stride: 3 },
      { ...depthwise, in: [9, 9, 16] },
      { ...depthwise, out: [9, 9, 16] },
      { ...depthwise, nl: 'linear' },
      { ...depthwise, pad: [0, 2, 0, 2] }
    ];
    expect(opKey({ ...depthwise, id: 'other', column: 9, inputs: ['x'] })).toBe(opKey(depthwise));
    expect(new Set([depthwise, ...changed].map(opKey)).size).toBe(7);
  });

  it('tells a multiply by one gate for each channel from one by a map of equal shape', () => {
    const scale = ops.find((op) => op.kind === 'multiply');
    if (scale?.kind !== 'multiply') throw new Error('no multiply');
    expect(opKey(scale)).toBe('multiply 28x28x16>28x28x16');
    expect(opKey({ ...scale, gate: scale.in })).toBe('multiply 28x28x16>28x28x16 by 28x28');
  });
});

describe('measureRunnable', () => {
  it('repeats short runs until a sample is long enough and reports ms per image', async () => {
    let nowMs = 0;
    const runnable = { run: () => Promise.resolve(void (nowMs += 0.01)), dispose: () => undefined };
    const timing = await measureRunnable(runnable, () => nowMs, { images: 4, rounds: 5, sampleMs: 0.5 });
    expect(timing.medianMs).toBeCloseTo(0.0025, 9);
    expect(timing.samplesMs).toHaveLength(5);
    expect(timing.runs).toBe(5 * 64);
    expect(timing.settled).toBe(true);
  });

  it('warms up until three consecutive medians agree, so that slow first runs do not count', async () => {
    let nowMs = 0;
    let runs = 0;
    const run = () => Promise.resolve(void (nowMs += 1 + 20 * 0.8 ** runs++));
    const timing = await measureRunnable({ run, dispose: () => undefined }, () => nowMs, { maxWarmUps: 40 });
    expect(timing.settled).toBe(true);
    expect(timing.medianMs).toBeLessThan(1.05);
  });

  it('says so when the warm-up never settles, and still takes three samples past its time limit', async () => {
    let nowMs = 0;
    let runs = 0;
    const run = () => Promise.resolve(void (nowMs += runs++ % 6 < 3 ? 100 : 200));
    const timing = await measureRunnable({ run, dispose: () => undefined }, () => nowMs, { maxMs: 10 });
    expect(timing.settled).toBe(false);
    expect(timing.samplesMs).toHaveLength(3);
  });

  it('disposes what it prepared, also when a run breaks', async () => {
    let disposed = 0;
    const run = () => Promise.reject(new Error('lost device'));
    const runtime: LatencyRuntime = {
      ...deviceOf().runtime,
      prepare: () => Promise.resolve({ run, dispose: () => void (disposed += 1) })
    };
    await expect(measureNetwork(runtime, { ops, batch: 1 }, () => 0)).rejects.toThrow('lost device');
    expect(disposed).toBe(1);
  });

  it('summarises by median and deciles', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(timingOf([3, 1, 2], 3, true)).toMatchObject({ medianMs: 2, p10Ms: 1.2, p90Ms: 2.8 });
  });
});

describe('measureNetworks', () => {
  it('gives networks that differ by 20 % their true ratio while the machine slows down three times', async () => {
    let nowMs = 0;
    let disposed = 0;
    const { runtime } = deviceOf();
    const slowing: LatencyRuntime = {
      ...runtime,
      prepare: (list) =>
        Promise.resolve({
          run: () => Promise.resolve(void (nowMs += list.length * (1 + nowMs / 1000))),
          dispose: () => void (disposed += 1)
        })
    };
    const networks = [ops.slice(0, 10), ops.slice(0, 12)];
    const rounds: number[] = [];
    let ratio = 0;
    for await (const { round, timings } of measureNetworks(slowing, { networks, batch: 1, rounds: 9 }, () => nowMs)) {
      rounds.push(round);
      ratio = (timings[1]?.medianMs ?? 0) / (timings[0]?.medianMs ?? 0);
    }
    expect(rounds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(ratio).toBeCloseTo(1.2, 1);
    expect(disposed).toBe(2);
  });
});

describe('measureTable', () => {
  it('times each distinct key once, reports progress, and disposes everything', async () => {
    const device = deviceOf();
    const { table, events } = await fullTable(device);
    const keys = new Set(ops.map(opKey));
    expect(Object.keys(table.timings)).toHaveLength(keys.size);
    expect(keys.size).toBeLessThan(ops.length);
    expect(events.map((event) => event.done)).toEqual(events.map((_, i) => i + 1));
    expect(new Set(events.map((event) => event.total))).toEqual(new Set([keys.size]));
    expect(device.counts()).toEqual({ prepared: keys.size, disposed: keys.size });
  });

  it('goes on from a partial table and measures only what is missing', async () => {
    const device = deviceOf();
    const { events } = await fullTable(device);
    const partial = events[9]?.table;
    const job = { setting, ops, measuredAt, from: partial };
    const seen: string[] = [];
    for await (const event of measureTable(device.runtime, job, device.clock)) seen.push(event.key);
    expect(seen).toEqual(events.slice(10).map((event) => event.key));
  });

  it('refuses to mix devices or settings', async () => {
    const { runtime, clock } = deviceOf();
    const other = { ...runtime, description: { ...runtime.description, threads: 4 } };
    const { table } = await fullTable();
    const job = { setting, ops, measuredAt, from: table };
    await expect(measureTable(other, job, clock).next()).rejects.toThrow('measured with 1, this device has 4');
    const single = { ...job, setting: { ...setting, batch: 1 } };
    await expect(measureTable(runtime, single, clock).next()).rejects.toThrow('batch 1');
    expect(tableMismatch(table, runtime.description, setting)).toEqual([]);
  });
});

describe('predictLatency', () => {
  it('sums the ops, by id and by column', async () => {
    const { table } = await fullTable();
    const prediction = predictLatency(ops, table);
    if (prediction.kind !== 'predicted') throw new Error('missing');
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    expect(sum(Object.values(prediction.perOp))).toBeCloseTo(prediction.latencyMs, 9);
    expect(sum(prediction.perColumn)).toBeCloseTo(prediction.latencyMs, 9);
    expect(prediction.perColumn).toHaveLength((ops.at(-1)?.column ?? 0) + 1);
    expect(latencyMsOf(ops, table)).toBeCloseTo(prediction.latencyMs, 9);
  });

  it('names the missing keys instead of guessing', async () => {
    const { table } = await fullTable();
    const wide = lower({ ...arch, stem: arch.stem && { ...arch.stem, out: 24 } });
    const prediction = predictLatency(wide, table);
    expect(prediction).toMatchObject({ kind: 'missing' });
    expect(prediction.kind === 'missing' && prediction.keys).toContain(opKey(wide[0] as Op));
    expect(latencyMsOf(wide, table)).toBeNull();
  });
});

describe('calibrate', () => {
  const members = [1, 3, 5, 7, 9, 11].map((count) => lower({ ...arch, rows: arch.rows.slice(0, count) }));

  async function calibrated(measure: (sumMs: number, count: number) => number): Promise<LatencyTable> {
    const { runtime, clock } = deviceOf();
    let table = emptyTable(runtime, setting, measuredAt);
    const job = { setting, ops: members.flat(), measuredAt };
    for await (const event of measureTable(runtime, job, clock)) ({ table } = event);
    const measurements = members.map((list) => ({
      ops: list,
      measuredMs: measure(latencyMsOf(list, table) ?? Number.NaN, list.length)
    }));
    return calibrate(table, measurements);
  }

  it('takes an intercept by least squares when the rest adds up', async () => {
    const { correction } = await calibrated((sumMs) => sumMs - 1.25);
    expect(correction.kind).toBe('intercept');
    expect(correction.interceptMs).toBeCloseTo(-1.25, 9);
  });

  it('says how well it fits', async () => {
    expect(calibrationError(await calibrated((sumMs) => sumMs - 1))).toBeCloseTo(0, 9);
    expect(calibrationError(await calibrated((sumMs, count) => sumMs * (1 + (count % 3))))).toBeGreaterThan(0.1);
  });

  it('takes a cost per op when every op was timed with a constant too much', async () => {
    const { correction, calibration } = await calibrated((sumMs, count) => sumMs - 0.19 * count);
    expect(correction.kind).toBe('perOp');
    expect(correction.perOpMs).toBeCloseTo(-0.19, 9);
    expect(calibration).toHaveLength(members.length);
  });

  it('takes a slope when it is clearly better', async () => {
    const { correction } = await calibrated((sumMs) => 0.7 * sumMs + 0.5);
    expect(correction).toMatchObject({ kind: 'affine' });
    expect(correction.slope).toBeCloseTo(0.7, 9);
  });

  it('predicts whole networks of a device with a start-up cost per run within 1 %', async () => {
    const device = deviceOf();
    const table = await calibrated((_, count) => {
      const list = members.find((member) => member.length === count) ?? [];
      return device.costMs(list);
    });
    for (const list of members) expect(latencyMsOf(list, table)).toBeCloseTo(device.costMs(list), 1);
    const middle = lower({ ...arch, rows: arch.rows.slice(0, 8) });
    expect(Math.abs((latencyMsOf(middle, table) ?? 0) / device.costMs(middle) - 1)).toBeLessThan(0.01);
  });
});

describe('the table file', () => {
  it('reads back what it wrote', async () => {
    const { table } = await fullTable();
    expect(parseTableText(toJson(table))).toEqual({ kind: 'ok', value: table });
  });

  it.each([
    ['an unknown format', { format: 2 }, 'format'],
    ['a batch of zero', { setting: { runtime: 'x', resolution: [28, 28, 1], batch: 0 } }, 'setting.batch'],
    ['two sides only', { setting: { runtime: 'x', resolution: [28, 28], batch: 1 } }, 'setting.resolution.2'],
    ['no date', { measuredAt: 'yesterday' }, 'measuredAt'],
    ['a negative timing', { timings: { stem: { medianMs: -1 } } }, 'timings.stem.medianMs'],
    ['letters for ms', { timings: { stem: { medianMs: 'fast' } } }, 'timings.stem.medianMs'],
    ['a slope of zero', { correction: { kind: 'affine', slope: 0, perOpMs: 0, interceptMs: 0 } }, 'correction.slope']
  ])('refuses %s with its path', async (_, patch, path) => {
    const { table } = await fullTable();
    const parsed = parseTable({ ...table, ...patch });
    expect(parsed.kind === 'bad' && parsed.issues.map((issue) => issue.path)).toContain(path);
  });

  it.each(['', '{', 'null', '[]', '"table"'])('refuses the text %j with a message', (text) => {
    const parsed = parseTableText(text);
    expect(parsed.kind).toBe('bad');
    expect(parsed.kind === 'bad' && parsed.issues[0]?.message.length).toBeGreaterThan(5);
  });
});
