/** @file Components: receptive field, memory and arithmetic intensity of each column, as lines for the table. */
import { formatBytes } from '$lib/base/format';
import type { Column } from '$lib/diagram/columns';
import { arithmeticIntensity } from '$lib/cost/intensity';
import { peakMemory } from '$lib/cost/memory';
import { receptiveFields, type Axes } from '$lib/cost/receptive-field';
import type { Lowered } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import type { FurtherCell, FurtherLine } from './further';

/** The lines, and what they come to for the whole network. */
export interface Further {
  readonly lines: readonly FurtherLine[];
  readonly totals: string;
}

const one = (value: number): string => String(Math.round(value * 10) / 10);
const both = ([vertical, horizontal]: Axes): string =>
  vertical === horizontal ? one(vertical) : `${one(vertical)}×${one(horizontal)}`;

/** A line of numbers, each with its share of the largest. */
function lineOf(label: string, unit: string, values: readonly (readonly [text: string, value: number] | null)[]) {
  const most = Math.max(1e-9, ...values.map((pair) => pair?.[1] ?? 0));
  const cells = values.map((pair): FurtherCell => ({ text: pair?.[0] ?? null, share: (pair?.[1] ?? 0) / most }));
  return { label, unit, cells };
}

/** Reads every column's lines off its ops; a column without ops (the picture itself) has gaps. */
export function furtherOf(columns: readonly Column[], { ops, outputs }: Lowered): Further {
  const fields = receptiveFields(ops);
  const moved = new Map(arithmeticIntensity(ops).map((entry) => [entry.id, entry]));
  const last = columns.map(({ parts }) => fields.get(parts.at(-1)?.op.id ?? '?') ?? null);
  const bytesOf = (column: Column): number =>
    column.parts.reduce((sum, { op }) => sum + (moved.get(op.id)?.bytes ?? 0), 0);
  const peak = peakMemory(ops, outputs);
  const all = columns.reduce((sum, column) => sum + column.bytes, 0);
  const lines = [
    lineOf(
      m.line_field(),
      m.unit_px(),
      last.map((field) => field && [both(field.size), Math.max(...field.size)])
    ),
    lineOf(
      m.line_jump(),
      m.unit_px(),
      last.map((field) => field && [both(field.jump), 0])
    ),
    lineOf(
      m.line_start(),
      m.unit_px(),
      last.map((field) => field && [both(field.start), 0])
    ),
    lineOf(
      m.line_memory(),
      m.unit_kb(),
      columns.map(({ bytes }) => (bytes === 0 ? null : [one(bytes / 1000), bytes]))
    ),
    lineOf(
      m.line_intensity(),
      m.unit_per_byte(),
      columns.map((column) => {
        const bytes = bytesOf(column);
        return column.madds === 0 || bytes === 0 ? null : [(column.madds / bytes).toFixed(2), column.madds / bytes];
      })
    )
  ];
  const words = { peak: formatBytes(peak.peakBytes), at: peak.at, all: formatBytes(all) };
  return { lines, totals: peak.exact ? m.memory_totals(words) : m.memory_totals_given(words) };
}
