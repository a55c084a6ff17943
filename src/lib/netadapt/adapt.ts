/** @file Step 7, prune: NetAdapt; cuts a trained network step by step until its predicted latency meets the budget. */
import type { Architecture } from '$lib/arch/architecture';
import { unservedIssue } from '$lib/search/served';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { inParallel, jobSeed, type FineTuneJob, type PruneEvaluator } from './evaluator';
import { groupLabel } from './groups';
import {
  defaultWidthRules,
  floorArchitecture,
  propose,
  type Candidate,
  type LatencyOf,
  type WidthRules
} from './propose';
import { prune, type Pruned, type Trained } from './prune';
import { choose, ratioOf, type ChoiceRule, type NetAdaptStep, type Proposal } from './step';

export interface AdaptOptions extends Trained {
  readonly budgetMs: number;
  readonly latencyOf: LatencyOf;
  readonly evaluator: PruneEvaluator;
  /** Each step must save at least this share of the first latency (MobileNetV3 §4.2: 0.01). */
  readonly delta: number;
  readonly rule: ChoiceRule;
  readonly seed: number;
  /** Proposals fine-tuned at the same time; steps and choices do not depend on it. */
  readonly workers: number;
  readonly widths?: WidthRules;
  /** Stop after this many steps even above the budget. */
  readonly maxSteps?: number | null;
  /** Steps of an interrupted run with the same options: only their chosen fine-tunes are run again. */
  readonly finished?: readonly NetAdaptStep[];
}

export type AdaptEvent =
  | {
      readonly kind: 'baseline';
      readonly latencyMs: number;
      readonly accuracy: number;
      readonly budgetMs: number;
      readonly floorMs: number;
    }
  /** The candidates of a step before any is tried. */
  | {
      readonly kind: 'candidates';
      readonly step: number;
      readonly targetMs: number;
      readonly candidates: readonly Candidate[];
    }
  | { readonly kind: 'proposal'; readonly step: number; readonly proposal: Proposal }
  | { readonly kind: 'step'; readonly step: NetAdaptStep; readonly tensors: Tensors }
  | {
      readonly kind: 'done';
      readonly arch: Architecture;
      readonly tensors: Tensors;
      readonly latencyMs: number;
      readonly accuracy: number;
      readonly steps: readonly NetAdaptStep[];
      readonly reachedBudget: boolean;
    }
  /** The budget lies below the latency of the smallest legal network; nothing was trained. */
  | { readonly kind: 'unreachable'; readonly budgetMs: number; readonly floorMs: number; readonly message: string }
  | { readonly kind: 'failed'; readonly step: number; readonly reason: string };

interface State extends Trained {
  readonly latencyMs: number;
  readonly accuracy: number;
}

/** The candidates of a step; where no group can save `delta` at once the demand is halved, a few times. */
async function candidatesOf(
  state: State,
  firstMs: number,
  options: AdaptOptions
): Promise<{ targetMs: number; candidates: readonly Candidate[] }> {
  const widths = options.widths ?? defaultWidthRules;
  let saving = Math.min(options.delta * firstMs, state.latencyMs - options.budgetMs);
  for (let halvings = 0; halvings < 6; halvings++, saving /= 2) {
    const targetMs = state.latencyMs - saving;
    const candidates = await propose(state.arch, targetMs, options.latencyOf, widths);
    if (candidates.length > 0) return { targetMs, candidates };
  }
  return { targetMs: state.latencyMs, candidates: [] };
}

const jobId = (step: number, groupId: string): string => `step${String(step).padStart(2, '0')} ${groupId}`;

function cutOf(state: State, candidate: { groupId: string; to: number }, options: AdaptOptions): Pruned {
  const { squeeze } = options.widths ?? defaultWidthRules;
  return prune(state, { ...candidate, squeeze });
}

const jobOf = (step: number, groupId: string, cut: Pruned, seed: number): FineTuneJob => {
  const id = jobId(step, groupId);
  return { id, arch: cut.arch, start: cut.tensors, seed: jobSeed(seed, id) };
};

/** Repeats the chosen fine-tune of a finished step; null with a reason when it cannot be repeated. */
async function replay(state: State, step: NetAdaptStep, options: AdaptOptions): Promise<State | string> {
  const taken = step.proposals.find((proposal) => proposal.groupId === step.chosen);
  if (!taken) return m.netadapt_step_broken({ step: step.index, chosen: step.chosen });
  const cut = cutOf(state, { groupId: taken.groupId, to: taken.to }, options);
  const result = await options.evaluator.fineTune(jobOf(step.index, taken.groupId, cut, options.seed));
  if (result.status === 'failed') return result.reason;
  return { arch: cut.arch, tensors: result.trained, latencyMs: step.latencyMs, accuracy: step.accuracy };
}

/**
 * Runs NetAdapt: each step asks every group for the largest width that saves enough predicted latency, fine-tunes all
 * proposals, keeps one by the rule, and goes on until the budget (ms) is met. Deterministic for a seed and any number of
 * workers. Leave the loop to stop; every step yielded is complete. What goes wrong in a run is an event, not an exception.
 */
export async function* adapt(options: AdaptOptions): AsyncGenerator<AdaptEvent> {
  const { arch, tensors, budgetMs, latencyOf, evaluator, rule, seed } = options;
  if (!(options.delta > 0 && options.delta < 1)) throw new Error(m.netadapt_bad_delta({ delta: options.delta }));
  const unserved = unservedIssue(arch);
  if (unserved) {
    yield { kind: 'failed', step: 0, reason: unserved.message };
    return;
  }
  const firstMs = await latencyOf(arch);
  const floorMs = await latencyOf(floorArchitecture(arch, options.widths));
  if (firstMs === null || floorMs === null) {
    yield { kind: 'failed', step: 0, reason: m.netadapt_table_short() };
    return;
  }
  if (!(budgetMs >= floorMs)) {
    const short = (ms: number): string => String(Number(ms.toPrecision(4)));
    const message = m.netadapt_below_floor({ floor: short(floorMs), budget: short(budgetMs) });
    yield { kind: 'unreachable', budgetMs, floorMs, message };
    return;
  }
  let state: State = { arch, tensors, latencyMs: firstMs, accuracy: await evaluator.score(arch, tensors) };
  yield { kind: 'baseline', latencyMs: firstMs, accuracy: state.accuracy, budgetMs, floorMs };

  const steps: NetAdaptStep[] = [];
  for (const step of options.finished ?? []) {
    const next = await replay(state, step, options);
    if (typeof next === 'string') {
      yield { kind: 'failed', step: step.index, reason: next };
      return;
    }
    state = next;
    steps.push(step);
    yield { kind: 'step', step, tensors: state.tensors };
  }

  while (state.latencyMs > budgetMs && steps.length < (options.maxSteps ?? Infinity)) {
    const index = steps.length + 1;
    const { targetMs, candidates } = await candidatesOf(state, firstMs, options);
    if (candidates.length === 0) break;
    yield { kind: 'candidates', step: index, targetMs, candidates };
    const before = state;
    const cuts = new Map<string, Pruned>();
    const trained = new Map<string, Tensors>();
    const outcomes = inParallel(candidates, options.workers, ({ group, to }) => {
      const cut = cutOf(before, { groupId: group.id, to }, options);
      cuts.set(group.id, cut);
      return evaluator.fineTune(jobOf(index, group.id, cut, seed));
    });
    const proposals: Proposal[] = [];
    for await (const { index: at, result } of outcomes) {
      const candidate = candidates[at] as Candidate;
      if (result.status === 'scored') trained.set(candidate.group.id, result.trained);
      proposals[at] = toProposal(candidate, before, result);
      yield { kind: 'proposal', step: index, proposal: proposals[at] };
    }
    const chosen = choose(proposals, rule);
    const cut = chosen && cuts.get(chosen.groupId);
    const kept = chosen && trained.get(chosen.groupId);
    if (!chosen || !cut || !kept || chosen.outcome.status === 'failed') {
      const failure = proposals.find(({ outcome }) => outcome.status === 'failed')?.outcome;
      yield {
        kind: 'failed',
        step: index,
        reason: failure?.status === 'failed' ? failure.reason : m.netadapt_none_scored()
      };
      return;
    }
    const { accuracy } = chosen.outcome;
    const step: NetAdaptStep = {
      index,
      fromMs: before.latencyMs,
      fromAccuracy: before.accuracy,
      targetMs,
      proposals,
      chosen: chosen.groupId,
      latencyMs: chosen.latencyMs,
      accuracy,
      arch: cut.arch,
      kept: cut.kept
    };
    state = { arch: cut.arch, tensors: kept, latencyMs: chosen.latencyMs, accuracy };
    steps.push(step);
    yield { kind: 'step', step, tensors: kept };
  }
  yield { kind: 'done', ...state, steps, reachedBudget: state.latencyMs <= budgetMs };
}

function toProposal(
  candidate: Candidate,
  before: State,
  result: Awaited<ReturnType<PruneEvaluator['fineTune']>>
): Proposal {
  const { group, to, latencyMs } = candidate;
  const { id: groupId, kind, rows, width: from } = group;
  const outcome: Proposal['outcome'] =
    result.status === 'failed'
      ? { status: 'failed', reason: result.reason }
      : {
          status: 'scored',
          accuracy: result.score,
          ratio: ratioOf(before.accuracy, before.latencyMs, result.score, latencyMs)
        };
  return { groupId, kind, rows, label: groupLabel(group), from, to, latencyMs, outcome };
}
