/** @file Workers: the training of a network whose values are rounded, as far as it is let, keeping the best it meets. */
import type { Dataset } from '$lib/data/dataset';
import type { Network } from '$lib/engine/engine';
import type { Score } from '$lib/engine/evaluate';
import type { Recipe } from '$lib/engine/recipe';
import { train } from '$lib/engine/train';
import type { Tensors } from '$lib/weights/checkpoint';
import { breath } from '../breath';
import type { ProofRun } from './prove-file';

/** By the figure, then by the loss. */
export const isBetter = (score: Score, than: Score): boolean =>
  score.value > than.value || (score.value === than.value && score.loss < than.loss);

/** Numbers whose norms are folded, with what they are worth in 8 bits. */
export interface Kept {
  readonly folded: Tensors;
  readonly score: Score;
}

/** How a training ended, and the best it met. */
export interface Ended {
  readonly best: Kept;
  readonly stopped: boolean;
  readonly failed: string | null;
}

/** What training and judging need. */
export interface Setting {
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly clock: () => number;
  readonly run: ProofRun;
  readonly judge: (network: Network) => Promise<Score>;
}

/** Trains until the end or a stop; weights are judged after each epoch and where it was stopped. */
export async function trainRounded(
  network: Network,
  start: Kept,
  { dataset, recipe, clock, run, judge }: Setting
): Promise<Ended> {
  let best = start;
  const keepBetter = async (score: Score): Promise<void> => {
    if (isBetter(score, best.score)) best = { folded: await network.read(), score };
  };
  const pause = async (): Promise<void> => {
    await breath();
    await run.gate.open();
  };
  for await (const event of train(network, dataset, recipe, { clock, pause })) {
    if (event.kind === 'failed') return { best, stopped: false, failed: event.reason };
    if (event.kind === 'step') await run.report({ kind: 'progress', done: event.step, total: event.steps });
    else {
      const { validationLoss: loss, validationAccuracy: value } = event;
      await keepBetter({ ...start.score, loss, value });
    }
    if (await run.gate.open()) continue;
    if (event.kind === 'step') await keepBetter(await judge(network));
    return { best, stopped: true, failed: null };
  }
  return { best, stopped: false, failed: null };
}
