/** @file Step 4, network: loss and figure of a network on a split, in inference mode. */
import type { Dataset, SplitName } from '$lib/data/dataset';
import { objectiveFor } from '$lib/task/head-objective';
import { openJudge } from '$lib/task/judge';
import type { Metric } from '$lib/weights/checkpoint';
import { answersOf, type EvaluateOptions } from './answers';
import type { Network } from './engine';
import { lossOf } from './loss';

/** Mean loss, the figure 0..1 that a network with this head is judged by, and how many pictures were seen. */
export interface Score {
  readonly loss: number;
  readonly metric: Metric;
  readonly value: number;
  readonly count: number;
}

/** Scores a split; throws on an empty one. */
export async function evaluate(
  network: Network,
  split: SplitName,
  dataset: Dataset,
  options: EvaluateOptions
): Promise<Score> {
  const { arch } = network;
  const objective = objectiveFor(arch);
  const judge = openJudge(arch);
  let [count, loss, terms] = [0, 0, 0];
  for await (const { count: part, truths, output } of answersOf(network, split, dataset, options)) {
    const truth = { count: part, ...truths };
    const verdict = lossOf(output, truth, { arch, objective });
    loss += verdict.loss * verdict.terms;
    terms += verdict.terms;
    count += part;
    judge.add(output, truth);
  }
  return { loss: loss / Math.max(1, terms), metric: judge.metric, value: judge.value(), count };
}
