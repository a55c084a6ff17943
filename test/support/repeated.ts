/** @file Test support: what the program that trains twice prints, once for each time. */

/** The core's own curve of losses, and the same training through the runner with one worker and with two. */
export interface Repeated {
  readonly losses: readonly number[];
  readonly one: Run;
  readonly two: Run;
}

/** One training: its epochs' numbers, the hash of its weights and the build that made them. */
export interface Run {
  readonly epochs: readonly (readonly number[])[];
  readonly weights: string;
  readonly engine: string;
}
