/** @file Command line: `bneck train`. */
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { describeFit } from '$lib/arch/fit';
import { formatCount, formatDuration, formatPercent } from '$lib/base/format';
import { defaultRecipe } from '$lib/engine/recipe';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { EngineChoice } from '$workers/choice';
import type { TrainEvent, TrainRequest } from '$workers/train/protocol';
import { createTrainRunner } from '$workers/train/runner';
import { m } from '$paraglide/messages';
import { saveCheckpoint } from './checkpoint';
import { readData, withDataOptions } from './data';
import { drive, endProgress, progress } from './drive';
import { InputError } from './input-error';
import { openNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber } from './parsers';
import { nodePlatform } from './platform-node';
import { json, line, remark, stamp } from './print';
import { recipeOf, withRecipeOptions, type RecipeOptions } from './recipe-options';
import { confusionLines, reportJson } from './report';
import { trainingStart } from './start';

interface Options extends NetworkOptions, RecipeOptions {
  readonly data: string;
  readonly engine: EngineChoice;
  readonly epochs: number;
  readonly seed: number;
  readonly out?: string;
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

function tellEpoch(event: TrainEvent & { kind: 'epoch' }, say: Say): void {
  endProgress();
  say(
    m.cli_train_epoch({
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
      confusionLines(event.report).forEach(say);
  }
}

/** What a training leaves: the epoch with the best validation accuracy, the first of equals. */
class Keeper {
  best: Checkpoint | null = null;
  readonly epochs: object[] = [];
  report: object | null = null;

  constructor(private readonly path: string | undefined) {}

  hear(event: TrainEvent): void {
    if (event.kind === 'report') this.report = reportJson(event.report);
    if (event.kind !== 'epoch') return;
    const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, imagesPerSecond } = event;
    this.epochs.push({ epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, imagesPerSecond });
    if (validationAccuracy <= (this.best?.from.validationAccuracy ?? -1)) return;
    this.best = event.checkpoint;
    // Written at once: nothing that ends the program takes it away again.
    if (this.path !== undefined) saveCheckpoint(this.path, event.checkpoint);
  }

  /** The network that is kept; a training stopped in its first epoch leaves what it had. */
  keep(last: Checkpoint): Checkpoint {
    const kept = this.best ?? last;
    if (this.path !== undefined) {
      saveCheckpoint(this.path, kept);
      remark(m.cli_wrote({ path: this.path }));
    }
    return kept;
  }
}

function mustBeFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new InputError(m.cli_out_folder({ path }));
}

/** Trains a network and writes it as .safetensors. */
export function addTrain(program: Command): void {
  const command = program.command('train').description(m.cli_train()).argument('<network>', m.cli_train_network());
  withRecipeOptions(withDataOptions(withNetworkOptions(command), m.cli_engine_timed))
    .option('--epochs <count>', m.cli_train_epochs(), parseNumber('--epochs', 1, 1000, true), recipe.epochs)
    .option('--seed <number>', m.cli_train_seed(), parseNumber('--seed', 0, 2 ** 31 - 1, true), recipe.seed)
    .option('--out <file>', m.cli_train_out())
    .option('--json', m.cli_json())
    .action(async (name: string, options: Options) => {
      if (options.out !== undefined) mustBeFile(options.out);
      const network = openNetwork(name, options);
      const data = await readData(options.data);
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
      const keeper = new Keeper(options.out);
      const say = options.json === true ? remark : line;
      const { result, stopped } = await drive(createTrainRunner(nodePlatform), request, (event) => {
        tell(event, say);
        keeper.hear(event);
      });
      endProgress();
      const { from, arch } = keeper.keep(result);
      const { epochs, report } = keeper;
      const details = { engine: from.engine, datasetSha256: from.datasetSha256 };
      if (options.json) json({ ...stamp(details), stopped, epochs, from, report, arch });
    });
}
