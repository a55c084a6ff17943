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
import { m } from '$paraglide/messages';
import { saveCheckpoint, saveFile } from './checkpoint';
import { pictureShape, readData, withDataOptions } from './data';
import { openNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber } from './parsers';
import { nodePlatform } from './platform-node';
import { json, line, remark, sha256, stamp } from './print';
import { drive, endProgress, progress } from './drive';
import { pruningStart } from './start';
import { loadTable } from './table';

interface Options extends NetworkOptions {
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
  throw new InvalidArgumentError(m.cli_adapt_rule({ typed: text }));
}

/** One line per step: what was cut, why, and what it cost. */
export function stepLine(step: NetAdaptStep): string {
  const chosen = step.proposals.find((proposal) => proposal.groupId === step.chosen);
  const cut = chosen ? `${chosen.label} ${chosen.from} → ${chosen.to}` : step.chosen;
  return m.cli_adapt_step({
    step: step.index,
    cut,
    fromMs: formatMs(step.fromMs),
    toMs: formatMs(step.latencyMs),
    fromAccuracy: formatPercent(step.fromAccuracy, 2),
    toAccuracy: formatPercent(step.accuracy, 2),
    count: step.proposals.length
  });
}

function tell(event: AdaptEvent, say: (text: string) => void): void {
  if (event.kind === 'table') {
    const { done, total, remainingMs } = event.progress;
    progress(m.cli_table_progress({ done, total, left: formatDuration(remainingMs) }));
  } else if (event.kind === 'ready') {
    const { workers, engine, setting } = event;
    say(m.cli_adapt_ready({ workers, engine, setting: settingLabel(setting) }));
  } else if (event.kind === 'floor') {
    endProgress();
    say(
      m.cli_adapt_floor({
        floor: formatMs(event.floorMs),
        base: formatMs(event.baseMs),
        target: formatMs(event.budgetMs)
      })
    );
  } else if (event.kind === 'baseline') {
    say(m.cli_adapt_start({ accuracy: formatPercent(event.accuracy, 2) }));
  } else if (event.kind === 'proposal') {
    progress(m.cli_adapt_proposal({ step: event.step, label: event.proposal.label }));
  } else if (event.kind === 'step') {
    endProgress();
    say(stepLine(event.step));
  } else if (event.kind === 'corrected') {
    const { measuredMs, goalMs, budgetMs } = event;
    say(m.cli_adapt_corrected({ measured: formatMs(measuredMs), goal: formatMs(goalMs), budget: formatMs(budgetMs) }));
  } else if (event.kind === 'finish') {
    const { epoch, epochs, validationAccuracy } = event;
    say(m.cli_adapt_finish({ epoch, epochs, accuracy: formatPercent(validationAccuracy, 2) }));
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
  const command = program.command('adapt').description(m.cli_adapt()).argument('<network>', m.cli_adapt_checkpoint());
  withDataOptions(withNetworkOptions(command))
    .option('--budget <share>', m.cli_adapt_budget(), parseNumber('--budget', 0.01, 0.99), 0.7)
    .option('--delta <share>', m.cli_adapt_delta(), parseNumber('--delta', 0.001, 0.5), 0.05)
    .option('--rule <id>', m.cli_adapt_rules(), parseRule, 'v3')
    .option('--pictures <count>', m.cli_adapt_pictures(), parseNumber('--pictures', 0, 1e6, true), 640)
    .option('--finish <epochs>', m.cli_adapt_finish_epochs(), parseNumber('--finish', 0, 100, true), 1)
    .option('--steps <count>', m.cli_adapt_steps(), parseNumber('--steps', 1, 1000, true))
    .option('--seed <number>', m.cli_adapt_seed(), parseNumber('--seed', 0, 2 ** 31 - 1, true), 1)
    .option('--workers <count>', m.cli_workers(), parseNumber('--workers', 1, 64, true), nodePlatform.cores)
    .option('--table <file>', m.cli_table())
    .option('--out <folder>', m.cli_adapt_out())
    .option('--json', m.cli_json())
    .action(async (path: string, options: Options) => {
      const network = openNetwork(path, options);
      const { data } = await readData(options.data, pictureShape(network, options));
      const request: AdaptRequest = {
        checkpoint: pruningStart(network, data, options.seed),
        data,
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
        m.cli_adapt_result({
          measured: formatMs(result.measuredMs),
          predicted: formatMs(result.predictedMs),
          share: formatPercent(share),
          before: formatMs(result.measuredBaseMs),
          from: formatPercent(result.baseAccuracy, 2),
          to: formatPercent(result.accuracy, 2)
        })
      );
      const summary = summaryOf(result, stopped, options.seed);
      if (options.out) {
        saveFile(join(options.out, 'result.json'), `${JSON.stringify(summary, null, 2)}\n`);
        saveFile(join(options.out, 'table.json'), toJson(result.table));
        saveCheckpoint(join(options.out, 'pruned.safetensors'), result.checkpoint);
        remark(m.cli_wrote({ path: options.out }));
      }
      if (options.json) json(summary);
    });
}
