/** @file Charts: a histogram as a small outline; heights are logarithms, as most values of a map lie near 0. */
import type { Histogram } from '$lib/export/quantize/histogram';

/** What is drawn: the values between two ends, in a box of pixels. */
export interface HistogramBox {
  readonly range: readonly [low: number, high: number];
  readonly width: number;
  readonly height: number;
}

/** Steps across the box: neighbouring bins are added up to so many. */
const STEPS = 44;

/** The outline from end to end as an SVG path; a range of one number is one full step. */
export function histogramPath({ low, width: binWidth, counts }: Histogram, box: HistogramBox): string {
  const { range, width, height } = box;
  const [from, to] = range;
  const span = to - from || 1;
  const sums = new Array<number>(STEPS).fill(0);
  for (const [i, count] of counts.entries()) {
    const middle = low + (i + 0.5) * binWidth;
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor(((middle - from) / span) * STEPS)));
    if (count > 0) sums[step] = (sums[step] ?? 0) + count;
  }
  const most = Math.log1p(Math.max(...sums));
  const side = width / STEPS;
  const tops = sums.map((sum, i) => {
    const y = most === 0 ? height : height - (Math.log1p(sum) / most) * height;
    return `L${(i * side).toFixed(1)} ${y.toFixed(1)}H${((i + 1) * side).toFixed(1)}`;
  });
  return `M0 ${height}${tops.join('')}V${height}Z`;
}
