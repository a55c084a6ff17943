/** @file Charts: the geometry of a confusion matrix, rows brought to shares; ten classes or a hundred on the same square. */
import { scaleBand } from 'd3';

/** Answers counted by true class (rows) and answered class (columns). */
export interface Answers {
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** One cell: pictures of `truth` that were taken for `answer`. */
export interface Pair {
  readonly truth: number;
  readonly answer: number;
}

/** A cell with its count and its share of the true class, 0..1. */
export interface Confused extends Pair {
  readonly count: number;
  readonly share: number;
}

/** A name beside a row or above a column. */
export interface Label {
  readonly index: number;
  readonly at: number;
  readonly text: string;
}

/** A matrix in pixels. */
export interface ConfusionLayout {
  readonly left: number;
  readonly top: number;
  /** Side of one cell, its gap included. */
  readonly cell: number;
  /** Side of the square. */
  readonly side: number;
  readonly width: number;
  readonly height: number;
  /** Paths of the wrong answers, weakest of the six heat classes first. */
  readonly heat: readonly string[];
  /** Path of the right answers' cells. */
  readonly diagonal: string;
  /** Share of the true class that stands for the strongest heat. */
  readonly largest: number;
  readonly rows: readonly Label[];
  readonly columns: readonly Label[];
  /** Right answers as a share of each class; null for one without pictures. */
  readonly recalls: readonly (number | null)[];
}

const heatClasses = 6;
/** Room for a line of 11.5 px text. */
const line = 15;
const longest = 15;
/** A page that is not laid out yet has no width. */
const narrowest = 280;

/** How many pictures each class had. */
export function rowTotals({ counts }: Answers): number[] {
  return counts.map((row) => row.reduce((sum, count) => sum + count, 0));
}

/** One cell in numbers. */
export function confusedAt(answers: Answers, { truth, answer }: Pair): Confused {
  const total = rowTotals(answers)[truth] ?? 0;
  const count = answers.counts[truth]?.[answer] ?? 0;
  return { truth, answer, count, share: total > 0 ? count / total : 0 };
}

/** Wrong answers, most frequent first; of equals the one with the larger share of its class. */
export function mostConfused(answers: Answers, most: number): Confused[] {
  const totals = rowTotals(answers);
  const all = answers.counts.flatMap((row, truth) =>
    row.flatMap((count, answer) =>
      truth !== answer && count > 0 ? [{ truth, answer, count, share: count / (totals[truth] ?? 1) }] : []
    )
  );
  return all.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, most);
}

/** Lays the matrix out in a given width; every name is shown where rows are tall enough, else every second, third, … */
export function confusionLayout(answers: Answers, given: number): ConfusionLayout {
  const width = Math.max(narrowest, given);
  const { classes, counts } = answers;
  const n = classes.length;
  const named = Math.max(...classes.map((name) => short(name).length));
  const left = Math.min(104, 10 + named * 6.2);
  const right = width < 420 ? 38 : 78;
  const cell = fitted(Math.min(42, (width - left - right) / n));
  const side = cell * n;
  const top = Math.min(86, 18 + named * 4.6);
  const band = scaleBand<number>()
    .domain(classes.map((_, i) => i))
    .range([0, side]);
  const totals = rowTotals(answers);
  const gap = cell >= 3 ? 1 : 0;
  const square = (truth: number, answer: number): string => {
    const size = round(cell - gap);
    return `M${round(left + (band(answer) ?? 0))} ${round(top + (band(truth) ?? 0))}h${size}v${size}h${-size}z`;
  };
  const wrong = mostConfused(answers, n * n);
  const largest = Math.max(0, ...wrong.map(({ share }) => share));
  const every = Math.max(1, Math.ceil(line / cell));
  const names = (at: (index: number) => number): Label[] =>
    classes.flatMap((name, index) => (index % every === 0 ? [{ index, at: round(at(index)), text: short(name) }] : []));
  return {
    left,
    top,
    cell,
    side,
    width,
    height: top + side,
    heat: Array.from({ length: heatClasses }, (_, level) =>
      wrong
        .filter(({ share }) => heatOf(share, largest) === level)
        .map(({ truth, answer }) => square(truth, answer))
        .join('')
    ),
    diagonal: classes.map((_, i) => square(i, i)).join(''),
    largest,
    rows: names((i) => top + (band(i) ?? 0) + cell / 2),
    columns: names((i) => left + (band(i) ?? 0) + cell / 2),
    recalls: totals.map((total, i) => (total > 0 ? (counts[i]?.[i] ?? 0) / total : null))
  };
}

/** The cell under a point of the drawing, or null beside the square. */
export function pairAt({ left, top, cell, side }: ConfusionLayout, x: number, y: number): Pair | null {
  if (x < left || y < top || x >= left + side || y >= top + side) return null;
  return { truth: Math.floor((y - top) / cell), answer: Math.floor((x - left) / cell) };
}

/** Where an arrow key leads from a cell; null for a key that leads nowhere. */
export function pairBeside({ truth, answer }: Pair, key: string, classes: number): Pair | null {
  const within = (index: number): number => Math.max(0, Math.min(classes - 1, index));
  switch (key) {
    case 'ArrowUp':
      return { truth: within(truth - 1), answer };
    case 'ArrowDown':
      return { truth: within(truth + 1), answer };
    case 'ArrowLeft':
      return { truth, answer: within(answer - 1) };
    case 'ArrowRight':
      return { truth, answer: within(answer + 1) };
    case 'Home':
      return { truth, answer: 0 };
    case 'End':
      return { truth, answer: classes - 1 };
    default:
      return null;
  }
}

/** The heat class of a share: six equal steps up to the largest. */
export function heatOf(share: number, largest: number): number {
  return largest > 0 ? Math.min(heatClasses - 1, Math.floor((share / largest) * heatClasses)) : 0;
}

/** A name that fits beside a row. */
export function short(name: string): string {
  return name.length <= longest ? name : `${name.slice(0, longest - 1)}…`;
}

/** Whole pixels where they can be afforded: hairlines between cells stay even. */
const fitted = (cell: number): number => (cell >= 2 ? Math.floor(cell) : Math.max(0.5, cell));
const round = (value: number): number => Math.round(value * 10) / 10;
