/** @file Step 4, network: the steps of a training one by one, from any step to any other; every training runs on these. */
import { rngOf, shuffle } from '$lib/base/rng';
import { augment, blackOf } from '$lib/data/augment';
import { mirrorTruths, normalise } from '$lib/data/batches';
import type { Dataset } from '$lib/data/dataset';
import { objectiveFor } from '$lib/task/head-objective';
import type { Objective } from '$lib/task/objective';
import { m } from '$paraglide/messages';
import type { Network } from './engine';
import { learningRateAt, updateOf, type Recipe } from './recipe';
import type { Tutor } from './tutor';

/** Which steps to run, and the schedule they belong to: it begins at step `scheduleFrom` and is `scheduleSteps` long. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly scheduleFrom: number;
  readonly scheduleSteps: number;
  /** Whose answers are learned from, too. */
  readonly tutor?: Tutor;
}

/** One step done; loss is the batch's mean before the update. */
export interface StepDone {
  readonly step: number;
  readonly count: number;
  readonly loss: number;
  readonly correct: number;
  readonly learningRate: number;
}

/** Pictures of one epoch of a recipe; throws when there is nothing to train on. */
export function picturesPerEpoch(dataset: Dataset, recipe: Recipe): number {
  const total = Math.min(dataset.splits.train.count, recipe.trainLimit ?? Infinity);
  if (total < 1) throw new Error(m.engine_train_empty());
  return total;
}

/** Steps of one epoch of a recipe; batches of an epoch differ in size by one picture at most. */
export function stepsPerEpoch(dataset: Dataset, recipe: Recipe): number {
  return Math.ceil(picturesPerEpoch(dataset, recipe) / recipe.batchSize);
}

/** The pictures an epoch shows and in which order; depends on seed and epoch alone. */
function orderOf(recipe: Recipe, available: number, epoch: number): number[] {
  const rng = rngOf(recipe.seed);
  const all = Array.from({ length: available }, (_, index) => index);
  const limit = Math.min(available, recipe.trainLimit ?? available);
  const chosen = limit < available ? shuffle(all, rng.fork('subset')).slice(0, limit) : all;
  return shuffle(chosen, rng.fork(`epoch${epoch}`));
}

/** The objective with the teacher's part in it, which only class labels can share. */
const taught = (objective: Objective, tutor: Tutor | undefined): Objective =>
  tutor && objective.kind === 'classes' ? { ...objective, teacher: tutor.teaching } : objective;

/**
 * Runs the steps of a stretch and yields each; equal recipes give equal steps however they are cut into stretches.
 */
export async function* runSteps(
  network: Network,
  dataset: Dataset,
  recipe: Recipe,
  stretch: Stretch
): AsyncGenerator<StepDone> {
  const total = picturesPerEpoch(dataset, recipe);
  const perEpoch = stepsPerEpoch(dataset, recipe);
  const [height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const images = new Float32Array(Math.min(recipe.batchSize, total) * size);
  const changes = { ...recipe.augment, black: blackOf(dataset) };
  const { tutor } = stretch;
  const objective = taught(objectiveFor(network.arch, recipe.smoothing), tutor);
  let epoch = -1;
  let order: number[] = [];
  for (let step = stretch.from; step < stretch.to; step++) {
    const i = step % perEpoch;
    if (Math.floor(step / perEpoch) !== epoch) {
      epoch = Math.floor(step / perEpoch);
      order = orderOf(recipe, dataset.splits.train.count, epoch);
    }
    const from = Math.floor((i * total) / perEpoch);
    const to = Math.floor(((i + 1) * total) / perEpoch);
    const count = to - from;
    const found = normalise(dataset, 'train', order.slice(from, to), images);
    const rng = rngOf(recipe.seed);
    const mirrored = augment(images, count, dataset.shape, changes, rng.fork(`flip${step}`));
    const truths = mirrorTruths(found, mirrored, dataset.shape);
    const learningRate = learningRateAt(step - stretch.scheduleFrom, stretch.scheduleSteps, recipe);
    const draw = rng.fork(`drop${step}`).below(2 ** 32);
    const shown = images.subarray(0, count * size);
    const teacher = await tutor?.logits(shown, count);
    const batch = { count, images: shown, ...truths, draw, ...(teacher && { teacher }) };
    const { loss, correct } = await network.trainStep(batch, objective, updateOf(recipe, learningRate));
    yield { step, count, loss, correct, learningRate };
  }
}
