/** @file Command line: `bneck adapt`. */
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { formatDuration, formatMs, formatPercent } from '$lib/base/format';
import { settingLabel } from '$lib/latency/setting';
import { toJson } from '$lib/latency/table';
import type { ChoiceRule, NetAdaptStep } from '$lib/netadapt/step';
import type { AdaptEvent, AdaptRequest, AdaptResult } from '$workers/adapt/protocol';
import { createAdaptRunner } from '$workers/adapt/runner';
import type { EngineChoice } from '$workers/choice';
import { loadCheckpoint, saveCheckpoint, saveFile } from './checkpoint';
import { readData, withDataOptions } from './data';
import { parseNumber } from './network';
import { nodePlatform } from './platform-node';
import { json, line, remark, sha256, stamp } from './print';
import { drive, endProgress, progress } from './run';
import { loadTable } from './table';

interface Options {
  readonly data: string;
  readonly engine: EngineChoice;
  readonly budget: number;
  readonly delta: number;
  readonly rule: ChoiceRule;
  readonly pictures: number;
  readonly finish: number;
  readonly steps?: number;
  readonly seed: number;
  readonly workers: number;
  readonly table?: string;
  readonly out?: string;
  readonly json?: boolean;
}

function parseRule(text: string): ChoiceRule {
  if (text === 'v3' || text === 'eccv') return text;
  throw new InvalidArgumentError(`--rule must be v3 or eccv, got ${text}`);
}

/** One line per step: what was cut, why, and what it cost. */
export function stepLine(step: NetAdaptStep): string {
  const chosen = step.proposals.find((proposal) => proposal.groupId === step.chosen);
  const cut = chosen ? `${chosen.label} ${chosen.from} → ${chosen.to}` : step.chosen;
  const ms = `${formatMs(step.fromMs)} → ${formatMs(step.latencyMs)} ms predicted`;
  const accuracy = `${formatPercent(step.fromAccuracy, 2)} → ${formatPercent(step.accuracy, 2)} %`;
  return `Step ${step.index}: ${cut}, ${ms}, ${accuracy}, best of ${step.proposals.length}`;
}

function tell(event: AdaptEvent, say: (text: string) => void): void {
  if (event.kind === 'table') {
    const { done, total, remainingMs } = event.progress;
    progress(`latency table: ${done} of ${total} ops, ${formatDuration(remainingMs)} left`);
  } else if (event.kind === 'ready') {
    say(`${event.workers} trainers, engine ${event.engine}; latency: ${settingLabel(event.setting)}`);
  } else if (event.kind === 'floor') {
    endProgress();
    const target = `target ${formatMs(event.budgetMs)} ms`;
    say(`floor ${formatMs(event.floorMs)} ms measured, network ${formatMs(event.baseMs)} ms predicted, ${target}`);
  } else if (event.kind === 'baseline') say(`start: validation accuracy ${formatPercent(event.accuracy, 2)} %`);
  else if (event.kind === 'proposal') progress(`step ${event.step}: ${event.proposal.label}`);
  else if (event.kind === 'step') {
    endProgress();
    say(stepLine(event.step));
  } else if (event.kind === 'corrected') {
    const { measuredMs, goalMs, budgetMs } = event;
    say(
      `measured ${formatMs(measuredMs)} ms, goal ${formatMs(goalMs)} ms: going on to ${formatMs(budgetMs)} ms predicted`
    );
  } else if (event.kind === 'finish') {
    say(
      `Fine-tune ${event.epoch} of ${event.epochs}: validation accuracy ${formatPercent(event.validationAccuracy, 2)} %`
    );
  }
}

function summaryOf(result: AdaptResult, stopped: boolean, seed: number): object {
  const { baseMs, budgetMs, predictedMs, measuredMs, measuredBaseMs, baseAccuracy, accuracy, reachedBudget } = result;
  const { from, arch } = result.checkpoint;
  const origin = { engine: from.engine, datasetSha256: from.datasetSha256, tableSha256: sha256(toJson(result.table)) };
  const latency = { baseMs, budgetMs, predictedMs, measuredMs, measuredBaseMs };
  return {
    ...stamp(origin),
    seed,
    stopped,
    ...latency,
    reachedBudget,
    baseAccuracy,
    accuracy,
    steps: result.steps,
    arch
  };
}

/** Prunes a trained network to a share of its latency. */
export function addAdapt(program: Command): void {
  const command = program
    .command('adapt')
    .description('prune a trained network to a share of its latency with NetAdapt')
    .argument('<checkpoint>', '.safetensors file written by train or search');
  withDataOptions(command)
    .option('--budget <share>', 'target as a share of the latency', parseNumber('--budget', 0.01, 0.99), 0.7)
    .option('--delta <share>', 'least saving of a step', parseNumber('--delta', 0.001, 0.5), 0.05)
    .option('--rule <id>', 'v3 (accuracy per ms) or eccv (highest accuracy)', parseRule, 'v3')
    .option('--pictures <count>', 'pictures of a short fine-tune', parseNumber('--pictures', 0, 1e6, true), 640)
    .option('--finish <epochs>', 'fine-tune the result at the end', parseNumber('--finish', 0, 100, true), 1)
    .option('--steps <count>', 'stop after so many steps', parseNumber('--steps', 1, 1000, true))
    .option('--seed <number>', 'seed of the fine-tunes', parseNumber('--seed', 0, 2 ** 31 - 1, true), 1)
    .option('--workers <count>', 'trainers at once', parseNumber('--workers', 1, 64, true), nodePlatform.cores)
    .option('--table <file>', 'latency table of this machine; without one it is measured first')
    .option('--out <folder>', 'where to write result, table and network')
    .option('--json', 'print JSON')
    .action(async (path: string, options: Options) => {
      const request: AdaptRequest = {
        checkpoint: loadCheckpoint(path),
        data: await readData(options.data),
        engine: options.engine,
        runtime: 'tfjs-wasm',
        budget: { kind: 'share', share: options.budget },
        delta: options.delta,
        rule: options.rule,
        fineTunePictures: options.pictures,
        finishEpochs: options.finish,
        maxSteps: options.steps ?? null,
        seed: options.seed,
        workers: options.workers,
        table: options.table ? loadTable(options.table) : null,
        finished: []
      };
      const say = options.json ? remark : line;
      const { result, stopped } = await drive(createAdaptRunner(nodePlatform), request, (event) => {
        tell(event, say);
      });
      endProgress();
      const share = result.measuredMs / result.measuredBaseMs;
      say(
        `result: ${formatMs(result.measuredMs)} ms measured (predicted ${formatMs(result.predictedMs)}), ` +
          `${formatPercent(share)} % of ${formatMs(result.measuredBaseMs)} ms measured before, ` +
          `validation accuracy ${formatPercent(result.baseAccuracy, 2)} → ${formatPercent(result.accuracy, 2)} %`
      );
      const summary = summaryOf(result, stopped, options.seed);
      if (options.out) {
        saveFile(join(options.out, 'result.json'), `${JSON.stringify(summary, null, 2)}\n`);
        saveFile(join(options.out, 'table.json'), toJson(result.table));
        saveCheckpoint(join(options.out, 'pruned.safetensors'), result.checkpoint);
        remark(`wrote ${options.out}`);
      }
      if (options.json) json(summary);
    });
}
