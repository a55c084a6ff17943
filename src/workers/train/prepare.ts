/** @file Workers: everything a training needs before its first step: pictures, table, the fastest engine, its frame, an estimate. */
import { fitTo, type FitChange } from '$lib/arch/fit';
import type { Architecture } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import { whyNotAugment } from '$lib/data/augment';
import type { Dataset } from '$lib/data/dataset';
import type { Engine, Network } from '$lib/engine/engine';
import { CHECK_PICTURES, openFramedEngine, type FramedNetwork } from '$lib/engine/framed';
import { defaultRecipe, type Recipe } from '$lib/engine/recipe';
import { ruleOf } from '$lib/engine/optimiser-state';
import { timeAnswers, timeStep } from '$lib/engine/step-time';
import { stepsPerEpoch } from '$lib/engine/steps';
import { lower } from '$lib/ops/lower';
import { metricOf, whyNotLearn } from '$lib/task/head-objective';
import { plainPictures } from '$lib/task/optimize';
import type { Tensors } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';
import { m } from '$paraglide/messages';
import { openFrame, type TimedEngine } from '../open-engine';
import { datasetOf, mayMirror, type Platform } from '../platform';
import type { TrainEvent, TrainRequest } from './protocol';
import { engineFor } from './engine-for';

export type Report = (event: TrainEvent) => Promise<void>;

/** A training about to begin. */
export interface Prepared {
  readonly request: TrainRequest;
  readonly recipe: Recipe;
  /** Epochs done before; a search hands over fractions, going on begins with the next whole one. */
  readonly startEpoch: number;
  readonly dataset: Dataset;
  readonly arch: Architecture;
  readonly build: string;
  /** What the optimizer remembers; null where it begins anew. */
  readonly memory: Tensors | null;
  /** Builds the network to train; framed unless TensorFlow.js trains itself or did not open. */
  createNetwork(): Promise<{ readonly network: Network; readonly framed: FramedNetwork | null }>;
}

/** Timing a step for the estimate alone takes no longer than this. */
const ESTIMATE_LIMIT_MS = 4000;

function recipeOf(request: TrainRequest): Recipe {
  const { epochs, batchSize, learningRate, seed, data, recipe } = request;
  const augment = { ...plainPictures, flip: mayMirror(data) };
  return { ...defaultRecipe({ augment, ...recipe }), epochs, batchSize, learningRate, seed };
}

/** Throws a sentence unless the table learns from these pictures as the recipe changes them. */
function mustLearn(arch: Architecture, dataset: Dataset, request: TrainRequest): void {
  const refusal = whyNotLearn(arch, dataset) || whyNotAugment(dataset, recipeOf(request).augment);
  if (refusal) throw new Error(refusal);
  if (request.teacher && dataset.kind === 'scenes') throw new Error(m.learning_no_teacher({ data: dataset.name }));
}

/** The memory handed over, unless another rule filled it; what a person should know then. */
function memoryFor({ memory = null }: TrainRequest, { optimizer }: Recipe): { memory: Tensors | null; lost: string } {
  const rule = memory && ruleOf(memory);
  if (rule === null || rule === optimizer.kind) return { memory, lost: '' };
  return { memory: null, lost: m.engine_memory_rule({ before: rule, rule: optimizer.kind }) };
}

/** What is trained, and its first weights. */
interface Start {
  readonly arch: Architecture;
  readonly changes: readonly FitChange[];
  readonly tensors: Tensors;
}

/** The frame for a core, or why there is none. */
async function frameFor(platform: Platform, engine: Engine): Promise<{ frame: Engine | null; warning: string | null }> {
  if (engine.kind === 'tfjs') return { frame: null, warning: null };
  try {
    return { frame: await openFrame(platform.engines), warning: null };
  } catch (error) {
    const reason = reasonOf(error);
    return { frame: null, warning: m.engine_unchecked({ reason }) };
  }
}

/** Tells how long the training will take, from a step and answers timed now; the frame answers where there is one. */
async function estimate(
  platform: Platform,
  { recipe, startEpoch, dataset }: Prepared,
  { opened, start, frame }: { opened: TimedEngine; start: Start; frame: Engine | null }
): Promise<TrainEvent> {
  const { clock } = platform;
  const { batchSize, epochs } = recipe;
  const time = async (): Promise<number> => {
    const timed = await timeStep(opened.engine, { ...start, batchSize }, { clock, limitMs: ESTIMATE_LIMIT_MS });
    return timed.kind === 'over' ? timed.moreThanMs : timed.stepMs;
  };
  const stepMs = opened.fresh && opened.stepMs !== null ? opened.stepMs : await time();
  const left = Math.max(0, epochs - startEpoch);
  const steps = stepsPerEpoch(dataset, recipe) * left;
  const { count } = dataset.splits.validation;
  const pictures = count + (frame ? Math.min(CHECK_PICTURES, count) : 0);
  const answersMs = pictures * (await timeAnswers(frame ?? opened.engine, { ...start, batchSize }, clock));
  const totalMs = stepMs * steps + answersMs * (left + 1);
  return { kind: 'estimate', stepMs, steps, answersMs, totalMs, imagesPerSecond: (batchSize * 1000) / stepMs };
}

/** Prepares a training and reports what was found on the way. */
export async function prepare(platform: Platform, request: TrainRequest, report: Report): Promise<Prepared> {
  await report({ kind: 'preparing', what: 'data' });
  const dataset = await datasetOf(platform, request.data, (request.start?.arch ?? request.arch).input);
  const { arch, changes } = fitTo(request.start?.arch ?? request.arch, dataset.shape, dataset.classes.length);
  mustLearn(arch, dataset, request);
  const tensors = request.start?.tensors ?? initTensors(lower(arch), request.seed);
  const start = { arch, changes, tensors };
  await report({ kind: 'preparing', what: 'timing' });
  const opened = await engineFor(platform, request, start);
  await report({ kind: 'preparing', what: 'engine' });
  const { engine, why, candidates, refused } = opened;
  const { frame, warning } = await frameFor(platform, engine);
  const recipe = recipeOf(request);
  const { memory, lost } = memoryFor(request, recipe);
  const prepared: Prepared = {
    request,
    recipe,
    memory,
    startEpoch: Math.ceil(request.start?.from.epochs ?? 0),
    dataset,
    arch,
    build: engine.build,
    async createNetwork() {
      if (!frame) return { network: await engine.createNetwork(arch, tensors, request.batchSize), framed: null };
      const framed = await openFramedEngine(engine, frame).createNetwork(arch, tensors, request.batchSize);
      return { network: framed, framed };
    }
  };
  await report({
    kind: 'ready',
    arch,
    changes,
    engine: engine.build,
    frame: frame?.build ?? null,
    why,
    warning: [opened.warning ?? warning, lost].filter(Boolean).join(' ') || null,
    candidates,
    refused,
    workers: opened.workers,
    dataset: dataset.name,
    metric: metricOf(arch),
    pictures: dataset.splits.train.count,
    batchSize: request.batchSize
  });
  await report(await estimate(platform, prepared, { opened, start, frame }));
  await report({ kind: 'preparing', what: 'network' });
  return prepared;
}
