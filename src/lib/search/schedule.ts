/** @file Step 6, search: synchronous successive halving over epochs (Jamieson & Talwalkar 2016). */

/** One level: train every survivor to `epochs`, then keep `ceil(count / eta)` for the next. */
export interface Schedule {
  /** Total epochs at each rung, rising; fractions of an epoch are allowed. */
  readonly rungs: readonly number[];
  readonly eta: number;
}

/**
 * Three rungs at 1/6, 1/2 and all of `epochs`, a third kept each time. At the default 0.9 epochs of 10,000 pictures a
 * search of 12 trials trains on 12·1,500 + 4·3,000 + 2·4,500 = 39,000 pictures.
 */
export function scheduleOf(epochs = 0.9, eta = 3): Schedule {
  // Exact to a millionth, so that texts and logs show 0.2 and not its binary neighbour.
  const rungs = [epochs / 6, epochs / 2, epochs].map((rung) => Math.round(rung * 1e6) / 1e6);
  return { rungs, eta };
}

/** The ids that go on: the best `ceil(count / eta)` scores, ties to the lower id, in id order. */
export function promoted(
  scores: readonly { readonly id: number; readonly score: number }[],
  eta: number
): readonly number[] {
  return [...scores]
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, Math.ceil(scores.length / eta))
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

/** Trials that halve together; a longer search runs cohort after cohort. */
export const DEFAULT_COHORT = 16;

/** Epochs of training a search needs if no trial fails; times pictures per epoch = pictures passed. */
export function plannedEpochs(schedule: Schedule, trials: number, cohort = DEFAULT_COHORT): number {
  let total = 0;
  for (let left = trials; left > 0; left -= cohort) {
    let before = 0;
    let count = Math.min(left, cohort);
    for (const epochs of schedule.rungs) {
      total += count * (epochs - before);
      before = epochs;
      count = Math.ceil(count / schedule.eta);
    }
  }
  return total;
}
