/** @file Command line: `bneck eval`: how a trained network does on a split of some pictures. */
import type { Command } from 'commander';
import { reasonOf } from '$lib/base/reason';
import type { Dataset, SplitName } from '$lib/data/dataset';
import { whyNotScenes } from '$lib/data/garment-scenes';
import type { Engine, Network } from '$lib/engine/engine';
import { openFramedEngine } from '$lib/engine/framed';
import { reportOn } from '$lib/engine/report';
import { whyNotPictures } from '$lib/task/head-objective';
import type { Checked, Checkpoint } from '$lib/weights/checkpoint';
import { checkNetwork } from '$workers/checked';
import type { DataChoice, EngineChoice } from '$workers/choice';
import { openFrame } from '$workers/open-engine';
import { datasetOf, isScenes } from '$workers/platform';
import { m } from '$paraglide/messages';
import { loadCheckpoint } from './checkpoint';
import { readData, withDataOptions } from './data';
import { endProgress, progress } from './drive';
import { InputError } from './input-error';
import { parseNumber, parseWord } from './parsers';
import { nodePlatform } from './platform-node';
import { json, line, remark, stamp } from './print';
import { reportJson, reportLines } from './report';

interface Options {
  readonly data: string;
  readonly engine: EngineChoice;
  readonly split: SplitName;
  readonly batch: number;
  readonly json?: boolean;
}

const splits: Readonly<Record<SplitName, SplitName>> = { train: 'train', validation: 'validation', test: 'test' };

/** Throws InputError unless the network answers for these pictures; remarks when it was trained on others. */
function mustFit(path: string, { arch, from }: Checkpoint, dataset: Dataset, split: SplitName): void {
  const refusal = whyNotPictures(arch, dataset);
  if (refusal) throw new InputError(refusal);
  const [input, shape] = [arch.input.join('×'), dataset.shape.join('×')];
  if (input !== shape) throw new InputError(m.cli_eval_shape({ path, input, data: dataset.name, shape }));
  const [classes, count] = [arch.classes, dataset.classes.length];
  if (classes !== count) throw new InputError(m.cli_eval_classes({ path, classes, data: dataset.name, count }));
  if (dataset.splits[split].count < 1) throw new InputError(m.cli_eval_empty({ data: dataset.name, split }));
  if (from.datasetSha256 !== dataset.sha256) remark(m.cli_eval_other({ path, trained: from.dataset || '–' }));
}

/** The pictures, scenes to the size the network takes; throws InputError where it is none of theirs. */
async function openData(data: DataChoice, { arch }: Checkpoint): Promise<Dataset> {
  const refusal = isScenes(data) && whyNotScenes(arch.input);
  if (refusal) throw new InputError(refusal);
  return datasetOf(nodePlatform, data, arch.input);
}

/** Who answers: TensorFlow.js with the core beside it to check, or one engine alone where one was asked for. */
async function open(choice: EngineChoice) {
  try {
    if (choice !== 'auto') return { engine: (await nodePlatform.openEngine(choice)).engine, framed: null };
    const core = await nodePlatform.engines.simd();
    const framed = openFramedEngine(core, await openFrame(nodePlatform.engines));
    return { engine: framed satisfies Engine, framed };
  } catch (error) {
    throw new InputError(reasonOf(error));
  }
}

/** Scores a trained network; answers the report with what was checked. */
async function score(checkpoint: Checkpoint, dataset: Dataset, { engine: choice, split, batch: batchSize }: Options) {
  const { engine, framed } = await open(choice);
  const { arch, tensors } = checkpoint;
  const both = framed && (await framed.createNetwork(arch, tensors, batchSize));
  const network: Network = both ?? (await engine.createNetwork(arch, tensors, batchSize));
  const total = dataset.splits[split].count;
  let done = 0;
  const pause = (): Promise<void> => {
    done = Math.min(total, done + batchSize);
    progress(m.cli_eval_progress({ done, total }));
    return new Promise((resolve) => setImmediate(resolve));
  };
  try {
    const checked: Checked | null =
      both && dataset.splits.validation.count > 0 ? await checkNetwork(both, dataset, engine.build) : null;
    const report = await reportOn(network, split, dataset, { batchSize, pause });
    return { report, checked, build: framed?.frame ?? engine.build };
  } finally {
    endProgress();
    network.dispose();
  }
}

/** Prints how a checkpoint does on a split: accuracy, loss, each class, and which are taken for one another. */
export function addEval(program: Command): void {
  const command = program
    .command('eval')
    .description(m.cli_eval())
    .argument('<checkpoint>', m.cli_eval_checkpoint())
    .option('--split <name>', m.cli_eval_split(), parseWord('--split', splits), 'test');
  withDataOptions(command, m.cli_eval_engine_option)
    .option('--batch <pictures>', m.cli_eval_batch(), parseNumber('--batch', 1, 1024, true), 64)
    .option('--json', m.cli_json())
    .action(async (path: string, options: Options) => {
      const checkpoint = loadCheckpoint(path);
      const { data } = await readData(options.data, checkpoint.arch.input);
      const dataset = await openData(data, checkpoint);
      mustFit(path, checkpoint, dataset, options.split);
      const { report, checked, build } = await score(checkpoint, dataset, options);
      if (options.json) {
        const details = { engine: build, datasetSha256: dataset.sha256 };
        json({ ...stamp(details), dataset: dataset.id, checked, from: checkpoint.from, report: reportJson(report) });
        return;
      }
      reportLines(report).forEach(line);
      if (checked) {
        line(m.cli_eval_checked({ against: checked.against, worst: checked.worst.toPrecision(2) }));
      } else line(m.cli_eval_engine({ engine: build }));
    });
}
