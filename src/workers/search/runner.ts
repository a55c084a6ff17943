/** @file Workers: a search from request to result: fit, measure the space, refuse what cannot be met, train, choose. */
import { fitTo } from '$lib/arch/fit';
import { unreachable } from '$lib/base/assert';
import type { Dataset } from '$lib/data/dataset';
import { defaultRecipe } from '$lib/engine/recipe';
import { defaultSetting } from '$lib/latency/setting';
import type { Evaluation, EvaluationJob } from '$lib/search/evaluator';
import type { SearchEvent as RoomEvent } from '$lib/search/event';
import { emptyLog, recordEvent, type SearchLog } from '$lib/search/log';
import { plannedEpochs, scheduleOf } from '$lib/search/schedule';
import { search } from '$lib/search/search';
import { settingsOf, type SearchOptions } from '$lib/search/settings';
import { sizeOf, spaceOf } from '$lib/search/space';
import { trialSeed, type Trial } from '$lib/search/trial';
import type { Checkpoint, Tensors } from '$lib/weights/checkpoint';
import { checkedCheckpoint } from '../checked';
import { classSetOf, type Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import { TrainerPool } from '../trainer/pool';
import { limitsOf, type Limits } from './limits';
import type { SearchEvent, SearchRequest, SearchResult } from './protocol';

type Report = (event: SearchEvent) => Promise<void>;

const schedule = scheduleOf();

/** Rungs before the last compare candidates on this many validation pictures; the last one scores on all. */
const comparedOn = 1000;

/** What the loop has seen so far. */
interface Seen {
  readonly trials: Map<number, Trial>;
  best: { readonly trial: Trial; readonly trained: Tensors | null } | null;
  log: SearchLog;
}

/** Each rung ends its own cosine (SGDR, Loshchilov and Hutter 2017): a network scored at a high rate says little. */
function toJob(
  job: Pick<EvaluationJob, 'arch' | 'seed' | 'start' | 'startEpoch' | 'epochs'>
): Parameters<TrainerPool['train']>[0] {
  const { arch, seed, start, startEpoch, epochs } = job;
  const { learningRate } = defaultRecipe();
  return {
    arch,
    seed,
    start,
    fromEpoch: startEpoch,
    toEpoch: epochs,
    cosine: { fromEpoch: startEpoch, toEpoch: epochs },
    learningRate,
    validationLimit: epochs < (schedule.rungs.at(-1) ?? 0) ? comparedOn : null
  };
}

/** A runner that searches on this platform. */
export function createSearchRunner(platform: Platform): Runner<SearchRequest, SearchEvent, SearchResult> {
  const gate = new RunGate();
  let pool: TrainerPool | null = null;

  async function evaluate(trainers: TrainerPool, job: EvaluationJob): Promise<Evaluation> {
    const answer = await trainers.train(toJob(job));
    return answer.kind === 'failed'
      ? { failed: answer.reason }
      : { score: answer.validationAccuracy, trained: answer.trained };
  }

  async function follow(event: RoomEvent, seen: Seen, report: Report): Promise<void> {
    switch (event.kind) {
      case 'asked':
      case 'settled':
        seen.trials.set(event.trial.id, event.trial);
        return report({ kind: 'trial', trial: event.trial });
      case 'finished':
        seen.trials.set(event.trial.id, event.trial);
        seen.log = recordEvent(seen.log, event);
        await report({ kind: 'trial', trial: event.trial });
        return report({ kind: 'log', log: seen.log });
      case 'best':
        seen.best = { trial: event.trial, trained: event.trained };
        return;
      case 'done':
        if (event.best && seen.best) seen.best = { ...seen.best, trial: event.best };
        return;
      case 'started':
      case 'progress':
        return;
      default:
        unreachable(event);
    }
  }

  /** The best network with weights, checked with TensorFlow.js; those of a replayed result are trained again. */
  async function checkpointOf(
    seen: Seen,
    { seed, dataset, trainers }: { seed: number; dataset: Dataset; trainers: TrainerPool }
  ): Promise<Checkpoint | null> {
    const { best } = seen;
    if (!best) return null;
    const { trial } = best;
    const epochs = trial.rungs.at(-1)?.epochs ?? 0;
    let tensors = best.trained;
    if (!tensors) {
      const again = await trainers.train(
        toJob({ arch: trial.arch, seed: trialSeed(seed, trial.candidate), start: null, startEpoch: 0, epochs })
      );
      if (again.kind === 'failed') return null;
      tensors = again.trained;
    }
    const from = {
      dataset: dataset.id,
      datasetSha256: dataset.sha256,
      epochs,
      seed: trialSeed(seed, trial.candidate),
      engine: trainers.build,
      validationAccuracy: trial.validationAccuracy
    };
    return checkedCheckpoint(platform, dataset, { format: 1, arch: trial.arch, tensors, from });
  }

  async function loop(
    options: SearchOptions,
    { trainers, dataset, report }: { trainers: TrainerPool; dataset: Dataset; report: Report }
  ): Promise<Seen> {
    const seen: Seen = { trials: new Map(), best: null, log: options.resume ?? emptyLog(settingsOf(options)) };
    const total = Math.round(plannedEpochs(schedule, options.trials) * dataset.splits.train.count);
    const began = platform.clock();
    for await (const event of search(options)) {
      if (!(await gate.open())) break;
      await follow(event, seen, report);
      const elapsedMs = platform.clock() - began;
      const done = Math.min(total, trainers.pictures);
      const remainingMs = done > 0 ? (elapsedMs / done) * (total - done) : Number.NaN;
      const imagesPerSecond = elapsedMs > 0 ? (trainers.pictures * 1000) / elapsedMs : 0;
      await report({ kind: 'progress', progress: { done, total, elapsedMs, remainingMs }, imagesPerSecond });
    }
    return seen;
  }

  async function resultOf(
    seen: Seen,
    { limits, ...rest }: { limits: Limits; seed: number; dataset: Dataset; trainers: TrainerPool }
  ): Promise<SearchResult> {
    const { budget } = limits;
    const checkpoint = gate.stopped && !seen.best?.trained ? null : await checkpointOf(seen, rest);
    return {
      trials: [...seen.trials.values()].sort((a, b) => a.id - b.id),
      best: seen.best?.trial ?? null,
      checkpoint,
      table: limits.table,
      floorMs: limits.floorMs,
      baseMs: limits.baseMs,
      budgetMs: budget.kind === 'latency' ? budget.budgetMs : null,
      budgetMadds: budget.kind === 'madds' ? budget.budgetMadds : null
    };
  }

  async function run(request: SearchRequest, report: Report): Promise<RunEnd<SearchResult>> {
    await report({ kind: 'preparing', what: 'data' });
    const dataset = await classSetOf(platform, request.data);
    const { arch, changes } = fitTo(request.arch, dataset.shape, dataset.classes.length);
    const space = spaceOf(arch);
    const setting = request.table?.setting ?? defaultSetting(request.runtime, arch.input);
    await report({ kind: 'ready', arch, changes, setting, members: sizeOf(space).toString() });
    const limits = await limitsOf(request, space, { platform, gate, report });
    if (!limits) return { kind: 'stopped', result: null };
    if ('refused' in limits) return { kind: 'failed', reason: limits.refused };
    await report({ kind: 'preparing', what: 'trainers' });
    const { batchSize } = defaultRecipe();
    const trainers = await TrainerPool.open(
      platform,
      { data: request.data, engine: request.engine, batchSize },
      request.workers
    );
    pool = trainers;
    if (gate.stopped) return { kind: 'stopped', result: null };
    await report({ kind: 'training', engine: trainers.build, workers: trainers.size });
    const { table, budget } = limits;
    const { seed, trials, strategy, workers, log } = request;
    const evaluator = { evaluate: (job: EvaluationJob) => evaluate(trainers, job) };
    const resume = log ? { resume: log } : {};
    const options: SearchOptions = {
      space,
      budget,
      evaluator,
      seed,
      trials,
      table,
      strategy,
      workers,
      schedule,
      ...resume
    };
    const seen = await loop(options, { trainers, dataset, report });
    const result = await resultOf(seen, { limits, seed, dataset, trainers });
    return gate.stopped ? { kind: 'stopped', result } : { kind: 'done', result };
  }

  return steered(gate, run, () => pool);
}
