/** @file Diagram: what the blocks may be coloured by, and in which class of heat. */
import { formatCount, formatMillions, formatMs } from '$lib/base/format';
import type { Column } from './columns';

export type Metric = 'madds' | 'time' | 'params';
/** A metric, or what 8 bits did, which has a scale of its own. */
export type Colouring = Metric | 'noise';

/** One value per column, in the metric's own unit; null where it is unknown. */
export function valuesOf(
  columns: readonly Column[],
  metric: Metric,
  times: readonly (number | null)[]
): readonly (number | null)[] {
  if (metric === 'time') return columns.map((_, i) => times[i] ?? null);
  return columns.map((column) => column[metric]);
}

/** The largest of the values; 0 when none is known. */
export function mostOf(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.map((value) => value ?? 0));
}

/** The six heat classes: equal steps of the share of the maximum; unknown values stay at the lightest. */
export function heatClass(value: number | null | undefined, most: number): number {
  if (value == null || most <= 0) return 0;
  return Math.min(5, Math.floor((value / most) * 6 * 0.999));
}

/** The largest value with its unit: '21.7 M', '1,281,000', '0.84 ms'. */
export function mostText(metric: Metric, most: number): string {
  if (metric === 'params') return formatCount(most);
  if (metric === 'time') return `${formatMs(most)} ms`;
  return `${formatMillions(most, most < 1e6 ? 3 : 1)} M`;
}
