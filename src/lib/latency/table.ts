/** @file Step 5, latency: the table of one device, saved and loaded as a file; tables of two devices never mix. */
import * as v from 'valibot';
import type { Issue } from '$lib/arch/architecture';
import { issuesOf, type Parsed } from '$lib/arch/parse';
import { m } from '$paraglide/messages';
import type { Timing } from './measure';
import type { RuntimeDescription } from './runtime';
import { sameSetting, settingLabel, type DeploymentSetting } from './setting';

/** A whole network measured end to end, beside the sum of its rows in the table. */
export interface CalibrationPoint {
  readonly measuredMs: number;
  readonly sumMs: number;
  readonly ops: number;
}

/** Which terms map the sum of the rows to the whole network; the one of least leave-one-out error is taken. */
export type CorrectionKind = 'none' | 'intercept' | 'perOp' | 'affine';

/** prediction = slope · Σ median + perOpMs · ops + interceptMs, all in ms per image. */
export interface Correction {
  readonly kind: CorrectionKind;
  readonly slope: number;
  readonly perOpMs: number;
  readonly interceptMs: number;
}

/** Timings of fused ops on one device in one deployment setting, ms per image, by `opKey`. */
export interface LatencyTable {
  readonly format: 1;
  readonly setting: DeploymentSetting;
  readonly device: RuntimeDescription;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly correction: Correction;
  readonly calibration: readonly CalibrationPoint[];
  readonly timings: Readonly<Record<string, Timing>>;
}

/** A correction that changes nothing, before any whole network was measured. */
export const NO_CORRECTION: Correction = { kind: 'none', slope: 1, perOpMs: 0, interceptMs: 0 };

const ms = v.pipe(v.number(), v.finite(), v.minValue(0));
const signed = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const timing = v.object({
  medianMs: ms,
  p10Ms: ms,
  p90Ms: ms,
  runs: count,
  samplesMs: v.array(ms),
  settled: v.boolean()
});

const schema = v.object({
  format: v.literal(1),
  setting: v.object({ runtime: v.string(), resolution: v.tuple([count, count, count]), batch: count }),
  device: v.object({
    runtime: v.string(),
    version: v.string(),
    backend: v.string(),
    threads: count,
    simd: v.boolean(),
    isolated: v.boolean()
  }),
  measuredAt: v.pipe(v.string(), v.isoTimestamp()),
  correction: v.object({
    kind: v.picklist(['none', 'intercept', 'perOp', 'affine']),
    slope: v.pipe(v.number(), v.finite(), v.gtValue(0)),
    perOpMs: signed,
    interceptMs: signed
  }),
  calibration: v.array(v.object({ measuredMs: ms, sumMs: ms, ops: count })),
  timings: v.record(v.string(), timing)
});

/** Reads a table from parsed JSON; refuses an unknown format and says which it got. */
export function parseTable(value: unknown): Parsed<LatencyTable> {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? { kind: 'ok', value: parsed.output } : { kind: 'bad', issues: issuesOf(parsed.issues) };
}

/** Reads a table from the text of a file; broken JSON is an issue at the empty path. */
export function parseTableText(text: string): Parsed<LatencyTable> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? m.latency_not_json({ reason: error.message }) : m.latency_unreadable();
    return { kind: 'bad', issues: [{ path: '', message }] };
  }
  return parseTable(value);
}

/** The table as the text of a file, two spaces per level, timings in key order, so that equal tables are equal bytes. */
export function toJson(table: LatencyTable): string {
  const timings = Object.fromEntries(Object.entries(table.timings).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...table, timings }, null, 2)}\n`;
}

/** Why timings of this device and setting must not join the table; empty when they may. */
export function tableMismatch(
  table: LatencyTable,
  device: RuntimeDescription,
  setting: DeploymentSetting
): readonly Issue[] {
  const issues: Issue[] = [];
  if (!sameSetting(table.setting, setting))
    issues.push({
      path: 'setting',
      message: m.latency_other_setting({ table: settingLabel(table.setting), asked: settingLabel(setting) })
    });
  for (const field of ['runtime', 'version', 'backend', 'threads', 'simd', 'isolated'] as const)
    if (table.device[field] !== device[field])
      issues.push({
        path: `device.${field}`,
        message: m.latency_other_device({ table: table.device[field], device: device[field] })
      });
  return issues;
}
