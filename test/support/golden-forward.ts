/** @file Golden forward passes: our op outputs set beside the statistics of PyTorch's operators. */
import type { Shape } from '../../src/lib/arch/architecture';
import type { Op } from '../../src/lib/ops/op';
import type { ForwardGolden, GoldenPass, GoldenStats } from './golden';

const starts = new Set([
  'Conv2d',
  'Linear',
  'AdaptiveAvgPool2d',
  'adaptive_avg_pool2d',
  'mean',
  'mul',
  'add',
  'interpolate',
  'cat'
]);
const passive = new Set(['Dropout', 'Identity', 'Flatten']);

/** Statistics at the end of each of our ops: after its norm and activation; dropout and identity change nothing. */
export function statsByOp({ ops }: Pick<ForwardGolden, 'ops'>, { stats }: GoldenPass): GoldenStats[] {
  const found: GoldenStats[] = [];
  for (const [index, [name, type]] of ops.entries()) {
    const row = stats[index];
    if (!row) throw new Error(`golden ${name}: must have statistics`);
    if (passive.has(type)) continue;
    if (starts.has(type)) found.push(row);
    else found[found.length - 1] = row;
  }
  return found;
}

/** Where number i of a [n, c, h, w] map lies in ours, [n, h, w, c]; stacked rows are in one order in both. */
function placeOf(i: number, op: Op): number {
  if (op.kind === 'concat') return i;
  const [height, width, channels]: Shape = op.out;
  const pixels = height * width;
  const at = i % (pixels * channels);
  return i - at + (at % pixels) * channels + Math.floor(at / pixels);
}

/** Largest deviation from the statistics, each as a share of its own scale. */
export function deviation(data: Float32Array, op: Op, [mean, std, absmax, first]: GoldenStats): number {
  let sum = 0;
  let top = 0;
  for (const value of data) {
    sum += value;
    top = Math.max(top, Math.abs(value));
  }
  const ours = sum / data.length;
  let squares = 0;
  for (const value of data) squares += (value - ours) ** 2;
  const spread = std || absmax;
  const gaps = [
    Math.abs(ours - mean) / Math.max(Math.abs(mean), spread),
    Math.abs(Math.sqrt(squares / data.length) - std) / spread,
    Math.abs(top - absmax) / absmax,
    ...first.map((value, i) => Math.abs((data[placeOf(i, op)] ?? NaN) - value) / Math.max(Math.abs(value), spread))
  ];
  return gaps.every((gap) => gap >= 0) ? Math.max(...gaps) : Infinity;
}

/** The numbers of the answer that the golden file lists, from ours. */
export function sampled(data: Float32Array, op: Op, { output }: GoldenPass): Float32Array {
  const every = output.every ?? 1;
  return Float32Array.from({ length: Math.ceil(data.length / every) }, (_, i) => data[placeOf(i * every, op)] ?? NaN);
}

/** A table of op kinds and engines with the worst deviation met. */
export class Deviations {
  readonly #worst = new Map<string, Map<string, number>>();

  note(kind: string, engine: string, gap: number): void {
    const row = this.#worst.get(kind) ?? new Map<string, number>();
    row.set(engine, Math.max(gap, row.get(engine) ?? 0));
    this.#worst.set(kind, row);
  }

  /** Lines to print: one for each kind. */
  print(title: string): string {
    const engines = [...new Set([...this.#worst.values()].flatMap((row) => [...row.keys()]))];
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell) => cell.padEnd(16))
        .join('')
        .trimEnd();
    const rows = [...this.#worst].map(([kind, row]) =>
      line([kind, ...engines.map((engine) => row.get(engine)?.toExponential(1) ?? '-')])
    );
    return [title, line(['op kind', ...engines]), ...rows, ''].join('\n');
  }
}
