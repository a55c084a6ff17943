/** @file Command line: `bneck search`. */
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { describeFit } from '$lib/arch/fit';
import { formatDuration, formatMillions, formatMs, formatPercent } from '$lib/base/format';
import { settingLabel } from '$lib/latency/setting';
import { toJson } from '$lib/latency/table';
import { defaultStrategy, strategyIds, type StrategyId } from '$lib/search/strategies/choose';
import type { Trial, TrialStatus } from '$lib/search/trial';
import type { EngineChoice } from '$workers/choice';
import type { BudgetRequest, SearchEvent, SearchRequest, SearchResult } from '$workers/search/protocol';
import { createSearchRunner } from '$workers/search/runner';
import { m } from '$paraglide/messages';
import { saveCheckpoint, saveFile } from './checkpoint';
import { pictureShape, readData, withDataOptions } from './data';
import { InputError } from './input-error';
import { readNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber } from './parsers';
import { nodePlatform } from './platform-node';
import { columns, json, line, remark, sha256, stamp } from './print';
import { drive, endProgress, progress } from './drive';
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
  throw new InvalidArgumentError(m.cli_strategy_rule({ strategies: strategyIds.join(', '), typed: text }));
}

function budgetOf(options: Options): BudgetRequest {
  if (options.budgetMs !== undefined && options.budgetMadds !== undefined) {
    throw new InputError(m.cli_one_budget());
  }
  if (options.budgetMs !== undefined) return { kind: 'ms', ms: options.budgetMs };
  if (options.budgetMadds !== undefined) return { kind: 'madds', madds: options.budgetMadds };
  return { kind: 'share', share: defaultShare };
}

const statusWords: Readonly<Record<TrialStatus, () => string>> = {
  training: m.cli_status_training,
  rejected: m.cli_status_rejected,
  pruned: m.cli_status_pruned,
  failed: m.cli_status_failed,
  scored: m.cli_status_scored
};

/** A trial that began is not worth a line; one that reached a rung or its end is. */
function tellTrial({ id, status, rungs }: Trial): void {
  const words = { id, status: statusWords[status]() };
  const rung = rungs.at(-1);
  if (rung) {
    const accuracy = formatPercent(rung.validationAccuracy, 2);
    remark(m.cli_search_trial_after({ ...words, accuracy, epochs: rung.epochs.toFixed(2) }));
  } else if (status !== 'training') remark(m.cli_search_trial(words));
}

function tell(event: SearchEvent): void {
  if (event.kind === 'ready') {
    for (const change of describeFit(event.changes)) remark(m.cli_fitted({ change }));
    remark(m.cli_search_ready({ members: event.members, setting: settingLabel(event.setting) }));
  } else if (event.kind === 'table') {
    const { done, total, remainingMs } = event.progress;
    progress(m.cli_table_progress({ done, total, left: formatDuration(remainingMs) }));
  } else if (event.kind === 'floor') {
    endProgress();
    const times = { floor: formatMs(event.floorMs), base: formatMs(event.baseMs) };
    if (event.budgetMs === null) remark(m.cli_search_floor(times));
    else remark(m.cli_search_floor_budget({ ...times, budget: formatMs(event.budgetMs) }));
  } else if (event.kind === 'training') {
    remark(m.cli_search_training({ workers: event.workers, engine: event.engine }));
  } else if (event.kind === 'trial') tellTrial(event.trial);
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
  const head = [
    m.cli_col_trial(),
    m.cli_col_status(),
    m.cli_col_million_madds(),
    m.cli_col_ms_predicted(),
    m.cli_col_validation(),
    m.cli_col_candidate()
  ];
  const rows = result.trials.map((trial) => [
    String(trial.id),
    statusWords[trial.status](),
    formatMillions(trial.madds),
    trial.latencyMs === null ? '–' : formatMs(trial.latencyMs),
    trial.validationAccuracy === null ? '–' : formatPercent(trial.validationAccuracy, 2),
    trial.candidate
  ]);
  line(columns([head, ...rows]));
  if (result.best) line(m.cli_search_best({ id: result.best.id, candidate: result.best.candidate }));
}

/** Files of a run under --out: result, table, and the best network as a table and with its weights. */
function save(folder: string, result: SearchResult, summary: object): void {
  saveFile(join(folder, 'result.json'), `${JSON.stringify(summary, null, 2)}\n`);
  if (result.table) saveFile(join(folder, 'table.json'), toJson(result.table));
  if (result.best) saveFile(join(folder, 'best.json'), `${JSON.stringify(result.best.arch, null, 2)}\n`);
  if (result.checkpoint) saveCheckpoint(join(folder, 'best.safetensors'), result.checkpoint);
  remark(m.cli_wrote({ path: folder }));
}

/** Searches for the most accurate network under a hard budget. */
export function addSearch(program: Command): void {
  const command = program.command('search').description(m.cli_search());
  withDataOptions(withNetworkOptions(command))
    .option('--base <network>', m.cli_search_base(), 'v3-small')
    .option('--trials <count>', m.cli_search_trials(), parseNumber('--trials', 1, 10_000, true), 12)
    .option('--seed <number>', m.cli_search_seed(), parseNumber('--seed', 0, 2 ** 31 - 1, true), 1)
    .option('--strategy <id>', strategyIds.join(', '), parseStrategy, defaultStrategy)
    .option('--workers <count>', m.cli_workers(), parseNumber('--workers', 1, 64, true), nodePlatform.cores)
    .option('--budget-ms <ms>', m.cli_search_budget_ms(), parseNumber('--budget-ms', 1e-6, 1e6))
    .option('--budget-madds <count>', m.cli_search_budget_madds(), parseNumber('--budget-madds', 1, 1e12))
    .option('--table <file>', m.cli_table())
    .option('--out <folder>', m.cli_search_out())
    .option('--json', m.cli_json())
    .action(async (options: Options) => {
      const budget = budgetOf(options);
      const arch = readNetwork(options.base, options);
      if (options.weights) remark(m.cli_search_weights());
      const { data } = await readData(options.data, pictureShape({ name: options.base, arch }, options));
      const request: SearchRequest = {
        arch,
        data,
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
