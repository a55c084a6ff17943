/** @file Command line: `bneck search`. */
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { describeFit } from '$lib/arch/fit';
import { formatDuration, formatMillions, formatMs, formatPercent } from '$lib/base/format';
import { settingLabel } from '$lib/latency/setting';
import { toJson } from '$lib/latency/table';
import { defaultStrategy, strategyIds, type StrategyId } from '$lib/search/strategies/choose';
import type { Trial } from '$lib/search/trial';
import type { EngineChoice } from '$workers/choice';
import type { BudgetRequest, SearchEvent, SearchRequest, SearchResult } from '$workers/search/protocol';
import { createSearchRunner } from '$workers/search/runner';
import { saveCheckpoint, saveFile } from './checkpoint';
import { readData, withDataOptions } from './data';
import { InputError } from './input-error';
import { parseNumber, readNetwork, withNetworkOptions, type NetworkOptions } from './network';
import { nodePlatform } from './platform-node';
import { columns, json, line, remark, sha256, stamp } from './print';
import { drive, endProgress, progress } from './run';
import { loadTable } from './table';

interface Options extends NetworkOptions {
  readonly base: string;
  readonly data: string;
  readonly engine: EngineChoice;
  readonly trials: number;
  readonly seed: number;
  readonly strategy: StrategyId;
  readonly workers: number;
  readonly budgetMs?: number;
  readonly budgetMadds?: number;
  readonly table?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const defaultShare = 0.8;

function parseStrategy(text: string): StrategyId {
  const found = strategyIds.find((id) => id === text);
  if (found) return found;
  throw new InvalidArgumentError(`--strategy must be ${strategyIds.join(', ')}, got ${text}`);
}

function budgetOf(options: Options): BudgetRequest {
  if (options.budgetMs !== undefined && options.budgetMadds !== undefined) {
    throw new InputError('--budget-ms and --budget-madds: give one of them');
  }
  if (options.budgetMs !== undefined) return { kind: 'ms', ms: options.budgetMs };
  if (options.budgetMadds !== undefined) return { kind: 'madds', madds: options.budgetMadds };
  return { kind: 'share', share: defaultShare };
}

function tell(event: SearchEvent): void {
  if (event.kind === 'ready') {
    for (const change of describeFit(event.changes)) remark(`fitted: ${change}`);
    remark(`${event.members} networks in the space; latency: ${settingLabel(event.setting)}`);
  } else if (event.kind === 'table') {
    const { done, total, remainingMs } = event.progress;
    progress(`latency table: ${done} of ${total} ops, ${formatDuration(remainingMs)} left`);
  } else if (event.kind === 'floor') {
    endProgress();
    const budget = event.budgetMs === null ? '' : `, budget ${formatMs(event.budgetMs)} ms`;
    remark(`floor ${formatMs(event.floorMs)} ms measured, base ${formatMs(event.baseMs)} ms predicted${budget}`);
  } else if (event.kind === 'training') remark(`${event.workers} trainers, engine ${event.engine}`);
  else if (event.kind === 'trial') {
    const { trial } = event;
    const accuracy = trial.validationAccuracy === null ? '' : ` ${formatPercent(trial.validationAccuracy, 2)} %`;
    const epochs = trial.rungs.at(-1)?.epochs;
    const after = epochs === undefined ? '' : ` after ${epochs.toFixed(2)} epochs`;
    if (trial.status !== 'training' || epochs !== undefined)
      remark(`trial ${trial.id} ${trial.status}${accuracy}${after}`);
  }
}

const trialJson = ({ id, candidate, status, madds, latencyMs, validationAccuracy, reason, rungs }: Trial): object => ({
  id,
  candidate,
  status,
  madds,
  latencyMs,
  validationAccuracy,
  rungs,
  ...(reason === undefined ? {} : { reason })
});

function print(result: SearchResult): void {
  const head = ['trial', 'status', 'M MAdds', 'ms predicted', 'validation %', 'candidate'];
  const rows = result.trials.map((trial) => [
    String(trial.id),
    trial.status,
    formatMillions(trial.madds),
    trial.latencyMs === null ? '–' : formatMs(trial.latencyMs),
    trial.validationAccuracy === null ? '–' : formatPercent(trial.validationAccuracy, 2),
    trial.candidate
  ]);
  line(columns([head, ...rows]));
  if (result.best) line(`best: trial ${result.best.id}, ${result.best.candidate}`);
}

/** Files of a run under --out: result, table, and the best network as a table and with its weights. */
function save(folder: string, result: SearchResult, summary: object): void {
  saveFile(join(folder, 'result.json'), `${JSON.stringify(summary, null, 2)}\n`);
  if (result.table) saveFile(join(folder, 'table.json'), toJson(result.table));
  if (result.best) saveFile(join(folder, 'best.json'), `${JSON.stringify(result.best.arch, null, 2)}\n`);
  if (result.checkpoint) saveCheckpoint(join(folder, 'best.safetensors'), result.checkpoint);
  remark(`wrote ${folder}`);
}

/** Searches for the most accurate network under a hard budget. */
export function addSearch(program: Command): void {
  const command = program.command('search').description('search for the most accurate network under a hard budget');
  withDataOptions(withNetworkOptions(command))
    .option('--base <network>', 'preset id or JSON file the space is made from', 'v3-small')
    .option('--trials <count>', 'networks to try', parseNumber('--trials', 1, 10_000, true), 12)
    .option('--seed <number>', 'same seed and table, same trials', parseNumber('--seed', 0, 2 ** 31 - 1, true), 1)
    .option('--strategy <id>', strategyIds.join(', '), parseStrategy, defaultStrategy)
    .option('--workers <count>', 'trainers at once', parseNumber('--workers', 1, 64, true), nodePlatform.cores)
    .option('--budget-ms <ms>', 'ms per picture (default: 80 % of the base)', parseNumber('--budget-ms', 1e-6, 1e6))
    .option('--budget-madds <count>', 'multiply-adds instead of ms', parseNumber('--budget-madds', 1, 1e12))
    .option('--table <file>', 'latency table of this machine; without one it is measured first')
    .option('--out <folder>', 'where to write result, table and best network')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const budget = budgetOf(options);
      const request: SearchRequest = {
        arch: readNetwork(options.base, options),
        data: await readData(options.data),
        engine: options.engine,
        runtime: 'tfjs-wasm',
        budget,
        strategy: options.strategy,
        trials: options.trials,
        seed: options.seed,
        workers: options.workers,
        table: options.table ? loadTable(options.table) : null,
        log: null
      };
      const { result, stopped } = await drive(createSearchRunner(nodePlatform), request, tell);
      endProgress();
      const { checkpoint, table, floorMs, baseMs, budgetMs, budgetMadds } = result;
      const tableSha256 = table ? { tableSha256: sha256(toJson(table)) } : {};
      const from = checkpoint ? { engine: checkpoint.from.engine, datasetSha256: checkpoint.from.datasetSha256 } : {};
      const trials = result.trials.map(trialJson);
      const best = result.best && { ...trialJson(result.best), arch: result.best.arch };
      const limits = { floorMs, baseMs, budgetMs, budgetMadds };
      const summary = { ...stamp({ ...from, ...tableSha256 }), seed: options.seed, stopped, ...limits, trials, best };
      if (options.out) save(options.out, result, summary);
      if (options.json) json(summary);
      else print(result);
    });
}
