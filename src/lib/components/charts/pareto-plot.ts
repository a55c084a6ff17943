/** @file Charts: the geometry of accuracy against time: the front as a stair, the budget as a line, the too slow in a field. */
import { linear, spanOf, ticksOf, type Tick } from './axis';

/** A candidate to draw; `accuracy` (0..1) is null where nothing was trained. */
export interface ParetoPoint {
  readonly id: string;
  readonly latencyMs: number;
  readonly accuracy: number | null;
  /** Timed on this device, or only predicted from the table. */
  readonly measured: boolean;
  /** How far it was trained, higher is further; accuracies are compared at the furthest stage only. */
  readonly stage?: number;
}

export interface ParetoInput {
  readonly width: number;
  readonly height: number;
  readonly points: readonly ParetoPoint[];
  readonly budgetMs: number;
  readonly floorMs: number | null;
  readonly baseMs: number | null;
}

export interface PlacedPoint extends ParetoPoint {
  readonly x: number;
  readonly y: number;
  readonly tooSlow: boolean;
  readonly onFront: boolean;
}

/** The plot in pixels; `timeAt` turns a pixel back into ms for dragging. */
export interface ParetoLayout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly split: number;
  readonly floor: number | null;
  readonly base: number | null;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly points: readonly PlacedPoint[];
  readonly front: string;
  readonly timeAt: (pixel: number) => number;
}

/** The points trained furthest that no other beats in both time and accuracy, fastest first. */
export function frontOf<P extends ParetoPoint>(points: readonly P[]): P[] {
  const stageOf = (point: ParetoPoint): number => (point.accuracy === null ? -1 : (point.stage ?? 0));
  const furthest = Math.max(0, ...points.map(stageOf));
  const trained = points.filter((point) => stageOf(point) === furthest);
  const byTime = [...trained].sort((a, b) => a.latencyMs - b.latencyMs || (b.accuracy ?? 0) - (a.accuracy ?? 0));
  let best = -Infinity;
  return byTime.filter((point) => {
    const better = (point.accuracy ?? -Infinity) > best;
    if (better) best = point.accuracy ?? best;
    return better;
  });
}

/** Lays out the plot; untrained points stand on the time axis. Accuracy ticks are in per cent. */
export function paretoLayout(input: ParetoInput): ParetoLayout {
  const { width, height, points, budgetMs, floorMs, baseMs } = input;
  const narrow = width < 520;
  const [left, right, top, bottom] = [narrow ? 38 : 52, width - (narrow ? 4 : 20), 30, height - 44];
  const times = [...points.map((p) => p.latencyMs), budgetMs, ...present(floorMs), ...present(baseMs)];
  const shown = points.flatMap((point) => (point.accuracy === null ? [] : [point.accuracy * 100]));
  const x = linear(spanOf(times, 0.08, [0, 1]), [left, right]);
  const [low, high] = spanOf(shown, 0.12, [0, 100]);
  const y = linear([Math.max(0, low), Math.min(100, high)], [bottom - 22, top]);
  const place = (value: number): number => Math.round(x(value) * 10) / 10;
  const front = frontOf(points);
  const onFront = new Set(front.map((point) => point.id));
  const placed = points.map((point) => ({
    ...point,
    x: place(point.latencyMs),
    y: point.accuracy === null ? bottom - 8 : Math.round(y(point.accuracy * 100) * 10) / 10,
    tooSlow: point.latencyMs > budgetMs,
    onFront: onFront.has(point.id)
  }));
  const byId = new Map(placed.map((point) => [point.id, point]));
  return {
    left,
    right,
    top,
    bottom,
    split: place(budgetMs),
    floor: floorMs === null ? null : place(floorMs),
    base: baseMs === null ? null : place(baseMs),
    xTicks: ticksOf(x, Math.max(3, Math.floor(width / 140))),
    yTicks: ticksOf(y, 5),
    points: placed,
    front: stair(front.flatMap((point) => byId.get(point.id) ?? [])),
    timeAt: (pixel) => x.invert(pixel)
  };
}

/** A stair through points, fastest first: along at the old accuracy, then up. */
function stair(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map((point, i) => (i === 0 ? `M${point.x} ${point.y}` : `H${point.x}V${point.y}`)).join('');
}

const present = (value: number | null): number[] => (value === null ? [] : [value]);
