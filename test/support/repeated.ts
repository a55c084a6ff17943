/** @file Test support: what the program that trains twice prints, once for each time. */

/** One training: its curve of losses, its epochs' numbers, the hash of its weights and the build that made them. */
export interface Repeated {
  readonly losses: readonly number[];
  readonly epochs: readonly (readonly number[])[];
  readonly weights: string;
  readonly engine: string;
}
