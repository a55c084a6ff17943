/** @file Charts: the geometry of a pruning run: time falls by one stair a step until it meets the target. */
import { linear, ticksOf, type Tick } from './axis';

export interface StaircaseInput {
  readonly width: number;
  readonly height: number;
  /** Time after each step, ms; the first is the network before any cut. */
  readonly latencies: readonly number[];
  readonly targetMs: number;
  /** The step looked at. */
  readonly at: number;
}

export interface StaircaseLayout {
  readonly left: number;
  readonly right: number;
  readonly track: number;
  readonly target: number;
  readonly past: string;
  readonly rest: string;
  readonly steps: readonly { readonly x: number; readonly y: number }[];
  readonly yTicks: readonly Tick[];
  readonly xTicks: readonly Tick[];
}

/** Lays out the stairs; the axis keeps room for the steps still to come, as many as the pace so far foretells. */
export function staircaseLayout(input: StaircaseInput): StaircaseLayout {
  const { width, height, latencies, targetMs } = input;
  const narrow = width < 520;
  const [left, right, top, track] = [narrow ? 40 : 112, width - 24, 22, height - 28];
  const first = latencies[0] ?? targetMs;
  const last = latencies.at(-1) ?? first;
  const high = Math.max(...latencies, targetMs);
  const low = Math.min(...latencies, targetMs);
  const room = (high - low || high || 1) * 0.14;
  const y = linear([Math.max(0, low - room), high + room * 0.4], [track - 14, top]);
  const x = linear([0, foretold(latencies.length - 1, first, last, targetMs)], [left, right]);
  const steps = latencies.map((ms, index) => ({ x: round(x(index)), y: round(y(ms)) }));
  const cut = Math.max(0, Math.min(input.at, steps.length - 1));
  return {
    left,
    right,
    track,
    target: round(y(targetMs)),
    past: stair(steps.slice(0, cut + 1)),
    rest: stair(steps.slice(cut)),
    steps,
    yTicks: ticksOf(y, 3),
    xTicks: ticksOf(x, narrow ? 4 : 8).flatMap((tick) =>
      Number.isInteger(tick.value) ? [{ ...tick, label: String(tick.value) }] : []
    )
  };
}

/** Steps the whole run may take at the pace so far, never fewer than were made. */
export function foretold(made: number, firstMs: number, lastMs: number, targetMs: number): number {
  if (made <= 0) return 4;
  if (lastMs <= targetMs) return made;
  const pace = (firstMs - lastMs) / made;
  const rest = pace > 0 ? Math.ceil((lastMs - targetMs) / pace) : made;
  return made + Math.min(rest, made * 4);
}

function stair(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map((point, i) => (i === 0 ? `M${point.x} ${point.y}` : `H${point.x}V${point.y}`)).join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;
