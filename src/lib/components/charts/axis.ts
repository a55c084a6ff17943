/** @file Charts: one straight axis, its ticks and their words; shared by every plot. */
import { scaleLinear, type ScaleLinear } from 'd3';

export type Span = readonly [low: number, high: number];

/** A tick: where it stands in pixels and what it says. */
export interface Tick {
  readonly at: number;
  readonly value: number;
  readonly label: string;
}

/** The span of some values, widened by a share on both sides; an empty or flat set gets a span of its own. */
export function spanOf(values: readonly number[], margin: number, empty: Span): Span {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return empty;
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const room = (high - low || Math.abs(high) * 0.2 || 1) * margin;
  return [low - room, high + room];
}

/** A linear scale from values to pixels. */
export function linear(domain: Span, range: Span): ScaleLinear<number, number> {
  return scaleLinear().domain(domain).range(range);
}

/** About `count` round ticks of a scale, all with the same number of decimals. */
export function ticksOf(scale: ScaleLinear<number, number>, count: number): Tick[] {
  const values = scale.ticks(count);
  const step = Math.abs((values[1] ?? 1) - (values[0] ?? 0)) || 1;
  const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(step) - 1e-9)));
  return values.map((value) => ({ at: scale(value), value, label: value.toFixed(digits) }));
}
