/** @file Command line: `bneck train`. */
import type { Command } from 'commander';
import { describeFit } from '$lib/arch/fit';
import { formatCount, formatDuration, formatPercent } from '$lib/base/format';
import { defaultRecipe } from '$lib/engine/recipe';
import type { EngineChoice } from '$workers/choice';
import type { TrainEvent, TrainRequest } from '$workers/train/protocol';
import { createTrainRunner } from '$workers/train/runner';
import { m } from '$paraglide/messages';
import { saveCheckpoint } from './checkpoint';
import { readData, withDataOptions } from './data';
import { openNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber } from './parsers';
import { nodePlatform } from './platform-node';
import { json, line, remark, stamp } from './print';
import { trainingStart } from './start';
import { drive, endProgress, progress } from './drive';

interface Options extends NetworkOptions {
  readonly data: string;
  readonly engine: EngineChoice;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const recipe = defaultRecipe();

function tell(event: TrainEvent, quiet: boolean): void {
  const say = quiet ? remark : line;
  if (event.kind === 'ready') {
    for (const change of describeFit(event.changes)) say(m.cli_fitted({ change }));
    const { dataset, engine, why } = event;
    say(m.cli_train_pictures({ count: formatCount(event.pictures), dataset, engine, why }));
  } else if (event.kind === 'step') {
    progress(
      m.cli_train_step({
        epoch: event.epoch + 1,
        step: event.step,
        loss: event.loss.toFixed(3),
        speed: event.imagesPerSecond.toFixed(0),
        left: formatDuration(event.remainingMs)
      })
    );
  } else if (event.kind === 'epoch') {
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
}

/** Trains a network and writes it as .safetensors. */
export function addTrain(program: Command): void {
  const command = program.command('train').description(m.cli_train()).argument('<network>', m.cli_train_network());
  withDataOptions(withNetworkOptions(command))
    .option('--epochs <count>', m.cli_train_epochs(), parseNumber('--epochs', 1, 1000, true), recipe.epochs)
    .option('--batch <pictures>', m.cli_train_batch(), parseNumber('--batch', 1, 1024, true), recipe.batchSize)
    .option('--rate <value>', m.cli_train_rate(), parseNumber('--rate', 1e-6, 10), recipe.learningRate)
    .option('--seed <number>', m.cli_train_seed(), parseNumber('--seed', 0, 2 ** 31 - 1, true), recipe.seed)
    .option('--out <file>', m.cli_train_out())
    .option('--json', m.cli_json())
    .action(async (name: string, options: Options) => {
      const network = openNetwork(name, options);
      const data = await readData(options.data);
      const start = trainingStart(network, data, options);
      const request: TrainRequest = {
        arch: network.arch,
        start,
        data,
        engine: options.engine,
        epochs: Math.ceil(start?.from.epochs ?? 0) + options.epochs,
        batchSize: options.batch,
        learningRate: options.rate,
        seed: options.seed
      };
      const epochs: object[] = [];
      const quiet = options.json === true;
      const { result, stopped } = await drive(createTrainRunner(nodePlatform), request, (event) => {
        tell(event, quiet);
        if (event.kind !== 'epoch') return;
        const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy } = event;
        epochs.push({ epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy });
      });
      if (options.out) {
        saveCheckpoint(options.out, result);
        remark(m.cli_wrote({ path: options.out }));
      }
      const { from } = result;
      const details = { engine: from.engine, datasetSha256: from.datasetSha256 };
      if (quiet) json({ ...stamp(details), stopped, epochs, from, arch: result.arch });
    });
}
