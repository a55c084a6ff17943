/** @file Step 1, spec: which row of one table stands for which of another: the cheapest way to turn one list into the other. */

/** Indices of a row in each list; null where it has no partner. */
export type Pairing = readonly [a: number | null, b: number | null];

/** Leaving a row without a partner costs a little more than half of changing every cell of one. */
const gap = 0.6;

/**
 * Pairs two lists in order so that the sum of distances (0 equal, 1 nothing in common) and gaps is least (Needleman and
 * Wunsch 1970). Time and memory grow with the product of the lengths.
 */
export function align<T>(a: readonly T[], b: readonly T[], distance: (a: T, b: T) => number): Pairing[] {
  const width = b.length + 1;
  const cost = new Float64Array((a.length + 1) * width);
  const at = (i: number, j: number): number => cost[i * width + j] ?? Infinity;
  const pairCost = (i: number, j: number): number => {
    const [left, right] = [a[i - 1], b[j - 1]];
    return left === undefined || right === undefined ? Infinity : at(i - 1, j - 1) + distance(left, right);
  };
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = gap * (i + j);
      else cost[i * width + j] = Math.min(pairCost(i, j), at(i - 1, j) + gap, at(i, j - 1) + gap);
    }
  }
  const pairs: Pairing[] = [];
  let i = a.length;
  let j = b.length;
  while (i > 0 || j > 0) {
    if (i > 0 && j > 0 && pairCost(i, j) === at(i, j)) pairs.push([--i, --j]);
    else if (i > 0 && (j === 0 || at(i - 1, j) + gap === at(i, j))) pairs.push([--i, null]);
    else pairs.push([null, --j]);
  }
  return pairs.toReversed();
}
