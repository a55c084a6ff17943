/** @file State: how long a run will take, told before it starts; always an estimate, never shown as a measurement. */

/**
 * Forward multiply-adds a training worker gets through in a second, backward pass included, until a run here was timed:
 * 13.5 GFLOP/s over six flops per multiply-add of a training step, halved for a shared machine.
 */
export const assumedMaddsPerSecond = 1.1e9;

/** What a training costs: forward multiply-adds of one picture, and how many pictures go through. */
export interface TrainingSize {
  readonly madds: number;
  readonly pictures: number;
  readonly epochs: number;
}

/** Milliseconds a training takes at a rate of forward multiply-adds a second. */
export function trainingMs(size: TrainingSize, maddsPerSecond: number): number {
  return ((size.madds * size.pictures * size.epochs) / maddsPerSecond) * 1000;
}

/** The rate a finished run reached: pictures a second times multiply-adds of a picture; null without a run. */
export function rateOf(imagesPerSecond: number | null, madds: number): number | null {
  return imagesPerSecond === null || imagesPerSecond <= 0 || madds <= 0 ? null : imagesPerSecond * madds;
}

/** Milliseconds left when a share of the work is done after some time; null before a hundredth is done. */
export function remainingMs(share: number, elapsedMs: number): number | null {
  return share < 0.01 ? null : (elapsedMs / share) * (1 - share);
}
