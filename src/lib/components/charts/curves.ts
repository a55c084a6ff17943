/** @file Charts: the geometry of one training curve: train thin, validation strong, live steps faint beneath. */
import { line } from 'd3';
import { linear, spanOf, ticksOf, type Span, type Tick } from './axis';

/** A value at a time counted in epochs (2.5 = halfway through the third). */
export interface CurvePoint {
  readonly at: number;
  readonly value: number;
}

/** What one curve panel draws. */
export interface CurveInput {
  readonly width: number;
  readonly height: number;
  readonly epochs: number;
  readonly steps: readonly CurvePoint[];
  readonly train: readonly CurvePoint[];
  readonly validation: readonly CurvePoint[];
  /** Limits no value can pass (accuracy: 0 and 1). */
  readonly bounds: Span;
}

/** A curve panel in pixels. */
export interface CurveLayout {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly steps: string;
  readonly train: string;
  readonly validation: string;
  readonly dots: readonly { readonly x: number; readonly y: number; readonly at: number; readonly value: number }[];
  /** Where the end labels stand: beside the last finished epoch. */
  readonly ends: { readonly x: number; readonly train: number | null; readonly validation: number | null };
}

/** Least distance of the end labels from each other and from the axis, whose own labels stand beneath. */
const [APART, ABOVE] = [14, 6];

/** Where the end labels stand: at the height of their curves, as far as they have room there. */
function endsOf(train: number | null, validation: number | null, bottom: number) {
  if (train === null || validation === null || Math.abs(train - validation) >= APART) return { train, validation };
  const beside = validation + (train < validation ? -APART : APART);
  const over = Math.max(0, Math.max(beside, validation) - (bottom - ABOVE));
  return { train: beside - over, validation: validation - over };
}

/** Lays out one curve panel; both end labels keep their distance. */
export function curveLayout(input: CurveInput): CurveLayout {
  const { width, height, bounds } = input;
  const [left, right, top, bottom] = [46, width - 84, 26, height - 26];
  const shown = [...input.steps, ...input.train, ...input.validation].map((point) => point.value);
  const [low, high] = spanOf(shown, 0.08, [bounds[0], Number.isFinite(bounds[1]) ? bounds[1] : bounds[0] + 1]);
  const x = linear([0, Math.max(1, input.epochs)], [left, right]);
  const y = linear([Math.max(low, bounds[0]), Math.min(high, bounds[1])], [bottom, top]);
  const path = line<CurvePoint>()
    .x((point) => round(x(point.at)))
    .y((point) => round(y(point.value)));
  const draw = (points: readonly CurvePoint[]): string => path([...points]) ?? '';
  const lastTrain = input.train.at(-1);
  const lastValidation = input.validation.at(-1);
  const heightOf = (point: CurvePoint | undefined): number | null => (point ? y(point.value) : null);
  const ends = endsOf(heightOf(lastTrain), heightOf(lastValidation), bottom);
  return {
    left,
    right,
    bottom,
    xTicks: ticksOf(x, Math.min(input.epochs, Math.max(2, Math.floor((right - left) / 70)))).filter(whole),
    yTicks: ticksOf(y, 4),
    steps: draw(input.steps),
    train: draw(input.train),
    validation: draw(input.validation),
    dots: input.validation.map((point) => ({ ...point, x: round(x(point.at)), y: round(y(point.value)) })),
    ends: { x: round(x(lastTrain?.at ?? lastValidation?.at ?? 0)), ...ends }
  };
}

/** Thins a long series to at most `most` points, each the mean of its neighbours. */
export function thin(points: readonly CurvePoint[], most: number): CurvePoint[] {
  if (points.length <= most) return [...points];
  const size = Math.ceil(points.length / most);
  const out: CurvePoint[] = [];
  for (let from = 0; from < points.length; from += size) {
    const group = points.slice(from, from + size);
    const mean = (of: (point: CurvePoint) => number): number => group.reduce((sum, p) => sum + of(p), 0) / group.length;
    out.push({ at: mean((p) => p.at), value: mean((p) => p.value) });
  }
  return out;
}

const whole = (tick: Tick): boolean => Number.isInteger(tick.value);
const round = (value: number): number => Math.round(value * 10) / 10;
