/** @file Tasks: which values of a network are rounded while it trains, as 8-bit kernels will round them; plain data. */

/** Numbers -128..127 that stand for real ones: real = scale · (stored - zeroPoint), of which least..most are used. */
export interface RoundingGrid {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly least: number;
  readonly most: number;
}

/** What an activation makes of each of the 256 stored numbers, -128 first, and how fast it grows there. */
export interface RoundedActivation {
  readonly values: Float32Array;
  readonly slopes: Float32Array;
}

/** The sums of an op with weights, bias among them, as they are kept. */
export interface RoundedSums {
  readonly grid: RoundingGrid;
  /** Added before rounding: a hard sigmoid's 3. */
  readonly lift: number;
  /** The activation where it is more than a bound of the grid. */
  readonly activation: RoundedActivation | null;
}

/** Weights as integers -127..127, each filter's largest being one of the outermost; biases as whole units of the sums. */
export interface RoundedWeights {
  /** One for each filter, or one for all. */
  readonly scales: number;
  /** Scale of the numbers that are multiplied by the weights: a unit of the sums is this times the weights' own. */
  readonly inputScale: number;
}

/** What is rounded of one op; null where it stays as it is. */
export interface OpRounding {
  readonly weights: RoundedWeights | null;
  /** Takes the place of the op's activation. */
  readonly sums: RoundedSums | null;
  /** Where the answer goes, after all the rest. */
  readonly answer: RoundingGrid | null;
}

/** What is rounded of a network whose norms are folded; ops that are not here stay as they are. */
export interface Rounding {
  readonly picture: RoundingGrid | null;
  readonly ops: ReadonlyMap<string, OpRounding>;
}
