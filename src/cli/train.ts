/** @file Command line: `bneck train`. */
import { rmSync } from 'node:fs';
import type { Command } from 'commander';
import { describeFit } from '$lib/arch/fit';
import { formatCount, formatDuration, formatPercent } from '$lib/base/format';
import { defaultRecipe } from '$lib/engine/recipe';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { EngineChoice } from '$workers/choice';
import type { RunEnd } from '$workers/run';
import type { TrainEvent, TrainRequest, TrainResult } from '$workers/train/protocol';
import { createTrainRunner } from '$workers/train/runner';
import { m } from '$paraglide/messages';
import { mustBeWritable, saveCheckpoint } from './checkpoint';
import { countsLine, pictureShape, readData, withDataOptions, type Told } from './data';
import { driveToEnd, endProgress, progress } from './drive';
import { InputError } from './input-error';
import { openNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber } from './parsers';
import { nodePlatform } from './platform-node';
import { json, line, remark, stamp } from './print';
import { recipeOf, withRecipeOptions, type RecipeOptions } from './recipe-options';
import { reportJson, worstLines } from './report';
import { trainingStart } from './start';
import { mustBeSamePlan, planOf, type Plan } from './training-plan';
import { loadState, saveState, statePathOf, type TrainingState } from './training-state';

interface Options extends NetworkOptions, RecipeOptions {
  readonly data: string;
  readonly engine: EngineChoice;
  readonly epochs: number;
  readonly seed: number;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

const recipe = defaultRecipe();

type Say = (text: string) => void;

function tellReady(event: TrainEvent & { kind: 'ready' }, say: Say): void {
  for (const change of describeFit(event.changes)) say(m.cli_fitted({ change }));
  const { dataset, engine, why, warning, refused } = event;
  if (warning !== null) remark(m.cli_warning({ warning }));
  say(m.cli_train_pictures({ count: formatCount(event.pictures), dataset, engine, why }));
  for (const { engine: other, reason } of refused) say(m.cli_engine_refused({ engine: other, reason }));
}

const epochWords = { accuracy: m.cli_train_epoch, mIoU: m.cli_train_epoch_masks, 'AP@0.5': m.cli_train_epoch_boxes };

function tellEpoch(event: TrainEvent & { kind: 'epoch' }, say: Say): void {
  endProgress();
  const { metric = 'accuracy' } = event.checkpoint.from;
  say(
    epochWords[metric]({
      epoch: event.epoch,
      trainLoss: event.trainLoss.toFixed(4),
      trainAccuracy: formatPercent(event.trainAccuracy, 2),
      validationLoss: event.validationLoss.toFixed(4),
      validationAccuracy: formatPercent(event.validationAccuracy, 2),
      duration: formatDuration(event.elapsedMs)
    })
  );
}

function tell(event: TrainEvent, say: Say): void {
  switch (event.kind) {
    case 'preparing':
      if (event.what === 'timing') progress(m.cli_train_timing());
      return;
    case 'ready':
      endProgress();
      tellReady(event, say);
      return;
    case 'estimate':
      say(
        m.cli_train_estimate({
          stepMs: event.stepMs.toFixed(event.stepMs < 10 ? 1 : 0),
          speed: event.imagesPerSecond.toFixed(0),
          duration: formatDuration(event.totalMs)
        })
      );
      return;
    case 'step':
      progress(
        m.cli_train_step({
          epoch: event.epoch + 1,
          step: event.step,
          loss: event.loss.toFixed(3),
          speed: event.imagesPerSecond.toFixed(0),
          left: formatDuration(event.remainingMs)
        })
      );
      return;
    case 'epoch':
      tellEpoch(event, say);
      return;
    case 'checked': {
      const { against, worst } = event.checked;
      say(m.cli_train_checked({ against, worst: worst.toPrecision(2) }));
      return;
    }
    case 'report':
      worstLines(event.report).forEach(say);
  }
}

/** What a training was told, and where it stood before if it goes on. */
interface Course {
  readonly plan: Plan;
  readonly before: TrainingState | null;
}

/** The course of a request, read from the file of `--resume` where it goes on; throws InputError where that does not fit. */
async function courseOf(request: TrainRequest, path: string | undefined): Promise<Course> {
  const plan = planOf(request);
  if (path === undefined) return { plan, before: null };
  const before = await loadState(path);
  mustBeSamePlan(path, before.plan, plan);
  return { plan, before };
}

/** The request from where its course stands. */
function goingOn(request: TrainRequest, { before }: Course): TrainRequest {
  return before ? { ...request, start: before.last, memory: before.memory, best: before.best } : request;
}

/** What a training leaves: the epoch with the best validation accuracy, the first of equals. */
class Keeper {
  best: Checkpoint | null;
  readonly epochs: object[];
  report: object | null = null;
  /** Epochs that a further training can go on from. */
  #resumable = 0;

  constructor(
    private readonly path: string | undefined,
    readonly pictures: Told | null,
    private readonly course: Course
  ) {
    this.best = course.before?.best ?? null;
    this.epochs = [...(course.before?.epochs ?? [])];
  }

  hear(event: TrainEvent): void {
    if (event.kind === 'report') this.report = reportJson(event.report);
    if (event.kind !== 'epoch') return;
    const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, imagesPerSecond } = event;
    this.epochs.push({ epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, imagesPerSecond });
    if (event.best) this.best = event.checkpoint;
    if (this.path === undefined) return;
    // Written at once: nothing that ends the program takes it away again.
    if (event.best) saveCheckpoint(this.path, event.checkpoint);
    const { checkpoint: last, memory } = event;
    const { plan } = this.course;
    saveState(statePathOf(this.path), { plan, last, memory, best: this.best ?? last, epochs: this.epochs });
    this.#resumable = epoch;
  }

  /** A finished training needs no state any more; of another it is said how to go on. */
  leave(end: RunEnd<TrainResult>['kind']): void {
    if (this.path === undefined || this.#resumable === 0) return;
    const path = statePathOf(this.path);
    if (end === 'done') rmSync(path, { force: true });
    else remark(m.cli_resume_hint({ epoch: this.#resumable, path }));
  }

  /** Writes the network that is kept: a training stopped in its first epoch leaves what it had. */
  keep(result: Checkpoint): void {
    if (this.path === undefined) return;
    saveCheckpoint(this.path, result);
    remark(m.cli_wrote({ path: this.path }));
  }

  /** What a training that failed says: why, and which epoch is safe. */
  sentence(reason: string): string {
    if (this.best === null || this.path === undefined) return reason;
    return `${reason}. ${m.cli_best_kept({ path: this.path, epoch: this.best.from.epochs })}`;
  }
}

/** Tells how a training ended and writes what is kept; throws InputError where it failed or left nothing. */
function finish(end: RunEnd<TrainResult>, keeper: Keeper, asJson: boolean): void {
  const result = end.kind === 'failed' ? keeper.best : end.result;
  if (end.kind !== 'failed' && result) keeper.keep(result);
  keeper.leave(end.kind);
  const { epochs, report, pictures } = keeper;
  const { from = null, arch = null } = result ?? {};
  const reason = end.kind === 'failed' ? keeper.sentence(end.reason) : null;
  const details = from ? { engine: from.engine, datasetSha256: from.datasetSha256 } : {};
  const told = { status: end.kind, ...(reason !== null && { reason }), stopped: end.kind === 'stopped' };
  if (asJson) json({ ...stamp(details), ...told, ...(pictures && { pictures }), epochs, from, report, arch });
  if (reason !== null) throw new InputError(reason);
  if (!result) throw new InputError(m.cli_stopped_early());
}

/** Trains a network and writes it as .safetensors. */
export function addTrain(program: Command): void {
  const command = program.command('train').description(m.cli_train()).argument('<network>', m.cli_train_network());
  withRecipeOptions(withDataOptions(withNetworkOptions(command), m.cli_engine_timed))
    .option('--epochs <count>', m.cli_train_epochs(), parseNumber('--epochs', 1, 1000, true), recipe.epochs)
    .option('--seed <number>', m.cli_train_seed(), parseNumber('--seed', 0, 2 ** 31 - 1, true), recipe.seed)
    .option('--out <file>', m.cli_train_out())
    .option('--resume <file>', m.cli_train_resume())
    .option('--json', m.cli_json())
    .action(async (name: string, options: Options) => {
      if (options.out !== undefined) mustBeWritable(options.out);
      const network = openNetwork(name, options);
      const { data, told } = await readData(options.data, pictureShape(network, options));
      const start = trainingStart(network, data, options);
      const request: TrainRequest = {
        arch: network.arch,
        start,
        data,
        engine: options.engine,
        epochs: Math.ceil(start?.from.epochs ?? 0) + options.epochs,
        seed: options.seed,
        ...recipeOf(options, data)
      };
      const course = await courseOf(request, options.resume);
      const keeper = new Keeper(options.out, told, course);
      const say = options.json === true ? remark : line;
      if (told) say(countsLine(told));
      const end = await driveToEnd(createTrainRunner(nodePlatform), goingOn(request, course), (event) => {
        tell(event, say);
        keeper.hear(event);
      });
      endProgress();
      finish(end, keeper, options.json === true);
    });
}
