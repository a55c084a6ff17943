/** @file Workers: NetAdapt from request to result: measure the widths, refuse what cannot be met, cut, re-measure. */
import type { Architecture } from '$lib/arch/architecture';
import type { Dataset } from '$lib/data/dataset';
import { defaultRecipe } from '$lib/engine/recipe';
import type { PruneEvaluator } from '$lib/netadapt/evaluator';
import type { Checkpoint, Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { checkedCheckpoint } from '../checked';
import { classSetOf, type Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import { TrainerPool } from '../trainer/pool';
import type { TrainerAnswer, TrainerJob } from '../trainer/protocol';
import { descend, type Outcome } from './descent';
import { limitsOf } from './limits';
import type { AdaptEvent, AdaptRequest, AdaptResult } from './protocol';

type Report = (event: AdaptEvent) => Promise<void>;

/** Fine-tunes start from trained weights: a tenth of the rate they were trained with (NetAdapt's code uses 1e-3 after 1e-2). */
const fineTuneRate = defaultRecipe().learningRate / 10;

/** Proposals are compared on this many validation pictures, all on the same ones; the result is scored on all. */
const comparedOn = 1000;

/** Accuracy on the whole validation split. */
async function scoreOnAll(
  trainers: TrainerPool,
  { arch, tensors }: Pick<Outcome, 'arch' | 'tensors'>
): Promise<number> {
  const job = { arch, start: tensors, seed: 0, fromEpoch: 0, toEpoch: 0, cosine: null, learningRate: 0 };
  const answer = await trainers.train({ ...job, validationLimit: null });
  if (answer.kind === 'failed') throw failedBy(answer);
  return answer.validationAccuracy;
}

const failedBy = (answer: TrainerAnswer & { kind: 'failed' }): Error => new Error(answer.reason);

/** A runner that prunes on this platform. */
export function createAdaptRunner(platform: Platform): Runner<AdaptRequest, AdaptEvent, AdaptResult> {
  const gate = new RunGate();
  let pool: TrainerPool | null = null;

  function evaluatorOf(trainers: TrainerPool, request: AdaptRequest, dataset: Dataset): PruneEvaluator {
    const toEpoch = request.fineTunePictures / dataset.splits.train.count;
    const job = (arch: Architecture, start: Tensors, more: Partial<TrainerJob>): TrainerJob => ({
      arch,
      start,
      seed: request.seed,
      fromEpoch: 0,
      toEpoch: 0,
      cosine: null,
      learningRate: fineTuneRate,
      validationLimit: comparedOn,
      ...more
    });
    return {
      score: async (arch, tensors) => {
        const answer = await trainers.train(job(arch, tensors, {}));
        if (answer.kind === 'failed') throw failedBy(answer);
        return answer.validationAccuracy;
      },
      fineTune: async ({ arch, start, seed }) => {
        const answer = await trainers.train(job(arch, start, { seed, toEpoch }));
        return answer.kind === 'failed'
          ? { status: 'failed', reason: answer.reason }
          : { status: 'scored', score: answer.validationAccuracy, trained: answer.trained };
      }
    };
  }

  /** The network as a checkpoint of its own; `epochs` counts the passes of its parent and of the fine-tunes kept. */
  function checkpointOf(request: AdaptRequest, outcome: Outcome, build: string): Checkpoint {
    // What was checked is the network before.
    const { checked: _, ...from } = request.checkpoint.from;
    const arch = { ...outcome.arch, name: m.workers_pruned_name({ name: request.checkpoint.arch.name }) };
    return {
      format: 1,
      arch,
      tensors: outcome.tensors,
      from: { ...from, seed: request.seed, engine: build, validationAccuracy: outcome.accuracy }
    };
  }

  /** Long fine-tune of the network chosen, one pass at a time, on a cosine. */
  async function finish(
    request: AdaptRequest,
    outcome: Outcome,
    { trainers, report }: { trainers: TrainerPool; report: Report }
  ): Promise<void> {
    const epochs = request.finishEpochs;
    for (let epoch = 0; epoch < epochs && !gate.stopped; epoch++) {
      const answer = await trainers.train({
        arch: outcome.arch,
        start: outcome.tensors,
        seed: request.seed,
        fromEpoch: epoch,
        toEpoch: epoch + 1,
        cosine: { fromEpoch: 0, toEpoch: epochs },
        learningRate: fineTuneRate * 2,
        validationLimit: null
      });
      if (answer.kind === 'failed') {
        if (gate.stopped) return;
        throw failedBy(answer);
      }
      outcome.tensors = answer.trained;
      outcome.accuracy = answer.validationAccuracy;
      await report({ kind: 'finish', epoch: epoch + 1, epochs, validationAccuracy: answer.validationAccuracy });
    }
  }

  async function run(request: AdaptRequest, report: Report): Promise<RunEnd<AdaptResult>> {
    await report({ kind: 'preparing', what: 'data' });
    const dataset = await classSetOf(platform, request.data);
    const { checkpoint } = request;
    const wrong = mismatch(checkpoint.arch, dataset);
    if (wrong) return { kind: 'failed', reason: wrong };
    const measured = await limitsOf(request, { platform, gate, report });
    if (!measured) return { kind: 'stopped', result: null };
    if ('refused' in measured) return { kind: 'failed', reason: measured.refused };
    const { table, baseMs, budgetMs } = measured;
    await report({ kind: 'preparing', what: 'trainers' });
    const setup = { data: request.data, engine: request.engine, batchSize: defaultRecipe().batchSize };
    const trainers = await TrainerPool.open(platform, setup, request.workers);
    pool = trainers;
    if (gate.stopped) return { kind: 'stopped', result: null };
    await report({ kind: 'ready', setting: table.setting, engine: trainers.build, workers: trainers.size });
    const evaluator = evaluatorOf(trainers, request, dataset);
    const toCheckpoint = (outcome: Outcome): Checkpoint => checkpointOf(request, outcome, trainers.build);
    const outcome = await descend(request, measured, { platform, gate, evaluator, report, toCheckpoint });
    if (typeof outcome === 'string') return { kind: 'failed', reason: outcome };
    if (!gate.stopped) {
      await finish(request, outcome, { trainers, report });
      outcome.baseAccuracy = await scoreOnAll(trainers, checkpoint);
      outcome.accuracy = await scoreOnAll(trainers, outcome);
    }
    const { steps, predictedMs, measuredMs, measuredBaseMs, baseAccuracy, accuracy, reachedBudget } = outcome;
    const times = { baseMs, budgetMs, predictedMs, measuredMs, measuredBaseMs };
    const pruned = await checkedCheckpoint(platform, dataset, toCheckpoint(outcome));
    const result = { checkpoint: pruned, steps, ...times, baseAccuracy, accuracy, reachedBudget, table };
    return gate.stopped ? { kind: 'stopped', result } : { kind: 'done', result };
  }

  return steered(gate, run, () => pool);
}

/** Why a network cannot be pruned on these pictures, or null. */
function mismatch(arch: Architecture, dataset: Dataset): string | null {
  const classes = dataset.classes.length;
  const pictures = dataset.name;
  if (arch.classes !== classes) return m.workers_adapt_classes({ classes: arch.classes, pictures, count: classes });
  if (arch.input.every((size, i) => size === dataset.shape[i])) return null;
  return m.workers_adapt_pictures({ input: arch.input.join('×'), pictures, shape: dataset.shape.join('×') });
}
