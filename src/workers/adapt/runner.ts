/** @file Workers: NetAdapt from request to result: measure the widths, refuse what cannot be met, cut, re-measure. */
import type { Architecture } from '$lib/arch/architecture';
import type { Dataset } from '$lib/data/dataset';
import { defaultRecipe } from '$lib/engine/recipe';
import { adapt, type AdaptEvent as RoomEvent, type AdaptOptions } from '$lib/netadapt/adapt';
import type { PruneEvaluator } from '$lib/netadapt/evaluator';
import type { NetAdaptStep } from '$lib/netadapt/step';
import type { Checkpoint, Tensors } from '$lib/weights/checkpoint';
import { measureWhole } from '../latency-job';
import { datasetOf, type Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import { TrainerPool } from '../trainer/pool';
import type { TrainerAnswer, TrainerJob } from '../trainer/protocol';
import { limitsOf } from './limits';
import type { AdaptEvent, AdaptRequest, AdaptResult } from './protocol';

type Report = (event: AdaptEvent) => Promise<void>;

/** Fine-tunes start from trained weights: a tenth of the rate they were trained with (NetAdapt's code uses 1e-3 after 1e-2). */
const fineTuneRate = defaultRecipe().learningRate / 10;

/** Proposals are compared on this many validation pictures, all on the same ones; the result is scored on all. */
const comparedOn = 1000;

interface Outcome {
  arch: Architecture;
  tensors: Tensors;
  accuracy: number;
  baseAccuracy: number;
  predictedMs: number;
  steps: NetAdaptStep[];
  reachedBudget: boolean;
}

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
    const { from } = request.checkpoint;
    const arch = { ...outcome.arch, name: `${request.checkpoint.arch.name} pruned` };
    return {
      format: 1,
      arch,
      tensors: outcome.tensors,
      from: { ...from, seed: request.seed, engine: build, validationAccuracy: outcome.accuracy }
    };
  }

  async function follow(event: RoomEvent, outcome: Outcome, report: Report): Promise<string | null> {
    if (event.kind === 'baseline') {
      outcome.baseAccuracy = outcome.accuracy = event.accuracy;
      outcome.predictedMs = event.latencyMs;
      await report({ kind: 'baseline', latencyMs: event.latencyMs, accuracy: event.accuracy });
    } else if (event.kind === 'candidates') {
      await report({ kind: 'candidates', step: event.step, count: event.candidates.length, targetMs: event.targetMs });
    } else if (event.kind === 'proposal') {
      await report(event);
    } else if (event.kind === 'step') {
      const { step, tensors } = event;
      Object.assign(outcome, { arch: step.arch, tensors, accuracy: step.accuracy, predictedMs: step.latencyMs });
      outcome.steps.push(step);
    } else if (event.kind === 'done') {
      outcome.reachedBudget = event.reachedBudget;
    } else if (event.kind === 'unreachable') {
      return event.message;
    } else return event.reason;
    return null;
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
    const dataset = await datasetOf(platform, request.data);
    const { checkpoint } = request;
    const wrong = mismatch(checkpoint.arch, dataset);
    if (wrong) return { kind: 'failed', reason: wrong };
    const measured = await limitsOf(request, { platform, gate, report });
    if (!measured) return { kind: 'stopped', result: null };
    if ('refused' in measured) return { kind: 'failed', reason: measured.refused };
    const { runtime, table, latencyOf, baseMs, budgetMs } = measured;
    await report({ kind: 'preparing', what: 'trainers' });
    const setup = { data: request.data, engine: request.engine, batchSize: defaultRecipe().batchSize };
    const trainers = await TrainerPool.open(platform, setup, request.workers);
    pool = trainers;
    if (gate.stopped) return { kind: 'stopped', result: null };
    await report({ kind: 'ready', setting: table.setting, engine: trainers.build, workers: trainers.size });
    const evaluator = evaluatorOf(trainers, request, dataset);
    const { arch, tensors } = checkpoint;
    const { delta, rule, seed, workers, maxSteps, finished } = request;
    const options: AdaptOptions = {
      arch,
      tensors,
      budgetMs,
      latencyOf,
      evaluator,
      delta,
      rule,
      seed,
      workers,
      maxSteps,
      finished
    };
    const outcome: Outcome = {
      arch,
      tensors,
      accuracy: 0,
      baseAccuracy: 0,
      predictedMs: baseMs,
      steps: [],
      reachedBudget: false
    };
    const began = platform.clock();
    for await (const event of adapt(options)) {
      if (!(await gate.open())) break;
      const reason = await follow(event, outcome, report);
      if (reason) return { kind: 'failed', reason };
      if (event.kind !== 'step') continue;
      await report({ kind: 'step', step: event.step, checkpoint: checkpointOf(request, outcome, trainers.build) });
      const done = baseMs - outcome.predictedMs;
      const elapsedMs = platform.clock() - began;
      const remainingMs = done > 0 ? (elapsedMs / done) * Math.max(0, outcome.predictedMs - budgetMs) : Number.NaN;
      await report({ kind: 'progress', progress: { done, total: baseMs - budgetMs, elapsedMs, remainingMs } });
    }
    if (!gate.stopped) {
      await finish(request, outcome, { trainers, report });
      outcome.baseAccuracy = await scoreOnAll(trainers, { arch, tensors });
      outcome.accuracy = await scoreOnAll(trainers, outcome);
    }
    trainers.close();
    const { batch } = table.setting;
    const whole = await measureWhole(platform, runtime, { archs: [arch, outcome.arch], batch });
    const [measuredBaseMs = Number.NaN, measuredMs = Number.NaN] = whole;
    const { steps, predictedMs, baseAccuracy, accuracy, reachedBudget } = outcome;
    const result: AdaptResult = {
      checkpoint: checkpointOf(request, outcome, trainers.build),
      steps,
      baseMs,
      budgetMs,
      predictedMs,
      measuredMs,
      measuredBaseMs,
      baseAccuracy,
      accuracy,
      reachedBudget,
      table
    };
    return gate.stopped ? { kind: 'stopped', result } : { kind: 'done', result };
  }

  return steered(gate, run, () => pool);
}

/** Why a network cannot be pruned on these pictures, or null. */
function mismatch(arch: Architecture, dataset: Dataset): string | null {
  const classes = dataset.classes.length;
  if (arch.classes !== classes) return `the network knows ${arch.classes} classes, ${dataset.name} has ${classes}`;
  if (arch.input.every((size, i) => size === dataset.shape[i])) return null;
  return `the network reads ${arch.input.join('×')} pictures, ${dataset.name} has ${dataset.shape.join('×')}`;
}
