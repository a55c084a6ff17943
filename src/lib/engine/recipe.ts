/** @file Step 4, network: how to train, as data: epochs, batch, learning rate and its schedule. */

/** A training recipe: SGD with Nesterov momentum, linear warm-up, cosine decay. */
export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  /** Highest learning rate, reached after the warm-up. */
  readonly learningRate: number;
  readonly momentum: number;
  /** L2 penalty on convolution and dense weights. */
  readonly weightDecay: number;
  /** Steps of linear warm-up; never more than a tenth of the run. */
  readonly warmupSteps: number;
  readonly seed: number;
  /** Train on this many pictures, chosen by the seed, instead of all. */
  readonly trainLimit?: number;
  /** Mirror half of the pictures left to right, drawn anew each epoch; wrong for pictures that must be read, as digits. */
  readonly flip?: boolean;
}

/** The recipe for some thousand small pictures of things, tuned on Fashion-MNIST; single fields can be replaced. */
export function defaultRecipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    epochs: 8,
    batchSize: 32,
    learningRate: 0.05,
    momentum: 0.9,
    weightDecay: 5e-4,
    warmupSteps: 30,
    seed: 1,
    ...changes
  };
}

/** Learning rate of step 0..steps-1: linear warm-up, then half a cosine to 0 (Loshchilov and Hutter 2017, eq. 5). */
export function learningRateAt(step: number, steps: number, recipe: Recipe): number {
  const warmup = Math.min(recipe.warmupSteps, Math.floor(steps / 10));
  if (step < warmup) return (recipe.learningRate * (step + 1)) / warmup;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return (recipe.learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}
