/** @file Step 6, search: the candidates no other beats on both latency and accuracy. */

/** What the front compares; a null takes no part. */
export interface ParetoPoint {
  readonly latencyMs: number | null;
  readonly validationAccuracy: number | null;
}

/** The points no other dominates (latency down, accuracy up), fastest first; of equal points the first stays. */
export function paretoFront<P extends ParetoPoint>(points: readonly P[]): readonly P[] {
  const sorted = points
    .filter((p) => p.latencyMs !== null && p.validationAccuracy !== null)
    .sort(
      (a, b) => (a.latencyMs ?? 0) - (b.latencyMs ?? 0) || (b.validationAccuracy ?? 0) - (a.validationAccuracy ?? 0)
    );
  let highest = -Infinity;
  return sorted.filter((p) => {
    const accuracy = p.validationAccuracy ?? -Infinity;
    if (accuracy <= highest) return false;
    highest = accuracy;
    return true;
  });
}
