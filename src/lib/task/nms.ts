/** @file Tasks: of boxes that overlap too much, only the best scored stays. */

/** Corners of a box, any unit. */
export type Corners = readonly [x1: number, y1: number, x2: number, y2: number];

const areaOf = ([x1, y1, x2, y2]: Corners): number => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

/** Shared area over joint area of two boxes, 0 to 1; 0 where both are empty. */
export function overlap(a: Corners, b: Corners): number {
  const shared = areaOf([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const joint = areaOf(a) + areaOf(b) - shared;
  return joint > 0 ? shared / joint : 0;
}

/**
 * Greedy non-maximum suppression: of boxes sorted by falling score, those that overlap no better one by more than
 * `iouThreshold`; at most `most` of them, in the given order.
 */
export function suppress<T extends { readonly box: Corners }>(
  sorted: readonly T[],
  iouThreshold: number,
  most = Number.POSITIVE_INFINITY
): T[] {
  const kept: T[] = [];
  for (const candidate of sorted) {
    if (kept.length >= most) break;
    if (kept.every(({ box }) => overlap(box, candidate.box) <= iouThreshold)) kept.push(candidate);
  }
  return kept;
}
