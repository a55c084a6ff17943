/** @file Components: what the blocks may be coloured by. */
import type { Column } from './columns';

export type Metric = 'madds' | 'time' | 'params';

/** One value per column, in the metric's own unit; null where it is unknown. */
export function valuesOf(
  columns: readonly Column[],
  metric: Metric,
  times: readonly (number | null)[]
): readonly (number | null)[] {
  if (metric === 'time') return columns.map((_, i) => times[i] ?? null);
  return columns.map((column) => column[metric]);
}
