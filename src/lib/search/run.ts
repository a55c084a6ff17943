/** @file Step 6, search: the state of one run: asks, judges, trains, halves; driven by `search`. */
import { reasonOf } from '$lib/base/reason';
import { rngOf } from '$lib/base/rng';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { candidateOf } from './candidate';
import { judgeOf, type Judge } from './constraint';
import type { Evaluation, StopSignal } from './evaluator';
import type { FinishedJob, SearchEvent } from './event';
import { promoted, scheduleOf, type Schedule } from './schedule';
import { DEFAULT_LAG, settingsOf, type SearchOptions } from './settings';
import { decode, type Choices } from './space';
import { defaultStrategy, openStrategy } from './strategies/choose';
import type { Strategy } from './strategies/strategy';
import { bestTrial, trialSeed, type Trial, type TrialStatus } from './trial';

/** One training job of the run. */
export interface Job {
  readonly id: number;
  readonly rung: number;
}

/** One run: trials by id, weights between rungs, jobs in flight and events not yet read. */
export class Run {
  readonly trials: Trial[] = [];
  private readonly choices: Choices[] = [];
  private readonly firstScores = new Map<number, number | null>();
  private readonly weights = new Map<number, Tensors>();
  private readonly replays = new Map<string, FinishedJob>();
  private readonly asked = new Set<string>();
  private readonly events: SearchEvent[] = [];
  private readonly strategy: Strategy;
  private readonly judge: Judge;
  private readonly schedule: Schedule;
  private readonly lag: number;
  private told = 0;
  private inFlight = 0;
  private best: Trial | null = null;
  private broken: Error | null = null;
  private wake: () => void = () => undefined;
  private readonly listeners: (() => void)[] = [];
  private stopped = false;
  private readonly signal: StopSignal;

  constructor(private readonly options: SearchOptions) {
    const { space, budget, table, seed, resume } = options;
    this.schedule = options.schedule ?? scheduleOf();
    this.lag = options.lag ?? DEFAULT_LAG;
    this.judge = judgeOf(space, budget, table);
    const context = { space, judge: this.judge, rng: rngOf(seed).fork('strategy'), asked: this.asked };
    this.strategy = openStrategy(options.strategy ?? defaultStrategy, context);
    if (resume && resume.settings !== settingsOf(options))
      throw new Error(m.search_log_settings({ made: resume.settings, asked: settingsOf(options) }));
    for (const job of resume?.finished ?? []) this.replays.set(`${job.id}/${job.rung}`, job);
    const isStopped = (): boolean => this.stopped;
    this.signal = {
      get aborted() {
        return isStopped();
      },
      onAbort: (listener) => {
        if (this.stopped) listener();
        else this.listeners.push(listener);
      }
    };
  }

  /** Asks jobs from `next` (null: none now) and runs up to `workers` at once until none is left or in flight. */
  async *work(next: () => Job | null): AsyncGenerator<SearchEvent> {
    const workers = Math.max(1, this.options.workers ?? 1);
    for (;;) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      for (let job = this.free(workers) ? next() : null; job; job = this.free(workers) ? next() : null) {
        this.inFlight += 1;
        void this.execute(job);
      }
      for (let event = this.events.shift(); event; event = this.events.shift()) yield event;
      if (this.broken) throw this.broken;
      if (this.inFlight === 0) {
        // Results may have come in while the consumer held an event.
        const job = next();
        if (!job && this.events.length === 0) return;
        if (job) {
          this.inFlight += 1;
          void this.execute(job);
        }
      } else await woken;
    }
  }

  private free(workers: number): boolean {
    return this.inFlight < workers;
  }

  /** The next first-rung job up to trial `end`, once the results it may see are known. */
  nextSuggestion(end: number): Job | null {
    while (this.trials.length < end) {
      const id = this.trials.length;
      while (this.told <= id - this.lag) {
        const score = this.firstScores.get(this.told);
        if (score === undefined) return null;
        this.strategy.tell({ id: this.told, choices: this.choices[this.told] ?? [], score });
        this.told += 1;
      }
      if (this.suggest(id).status === 'training') return { id, rung: 0 };
    }
    return null;
  }

  private suggest(id: number): Trial {
    const { space } = this.options;
    const choices = this.strategy.ask();
    const candidate = candidateOf(space, choices);
    const { cost, latencyMs, reason: over } = this.judge(choices);
    const reason = over ?? (this.asked.has(candidate) ? m.search_tried_before() : null);
    this.asked.add(candidate);
    this.choices.push(choices);
    const trial: Trial = {
      id,
      candidate,
      arch: { ...decode(space, choices), name: m.search_trial_name({ name: space.base.name, id }) },
      status: reason === null ? 'training' : 'rejected',
      ...(reason === null ? {} : { reason }),
      madds: cost.madds,
      params: cost.params,
      latencyMs,
      validationAccuracy: null,
      rungs: []
    };
    this.trials.push(trial);
    if (reason !== null) this.firstScores.set(id, null);
    this.emit({ kind: 'asked', trial });
    if (reason !== null) this.emit({ kind: 'settled', trial });
    return trial;
  }

  private async execute({ id, rung }: Job): Promise<void> {
    try {
      const epochs = this.schedule.rungs[rung] ?? 0;
      const startEpoch = this.schedule.rungs[rung - 1] ?? 0;
      this.emit({ kind: 'started', id, rung, startEpoch, epochs });
      const trial = this.trial(id);
      const replay = this.replays.get(`${id}/${rung}`);
      if (replay && replay.candidate !== trial.candidate)
        throw new Error(m.search_log_trial({ id, was: replay.candidate, asked: trial.candidate }));
      const result = replay ? null : await this.train(id, rung);
      if (this.stopped) return;
      const trained = result && 'trained' in result ? result.trained : null;
      const score = replay ? replay.score : result && 'score' in result ? result.score : null;
      const failed = replay ? replay.failed : result && 'failed' in result ? result.failed : null;
      if (trained) this.weights.set(id, trained);
      if (rung === 0) this.firstScores.set(id, score);
      const now = score === null ? trial : this.update(id, withRung(trial, epochs, score));
      const job: FinishedJob = { id, rung, candidate: trial.candidate, score, failed };
      this.emit({ kind: 'finished', trial: now, job, trained, replayed: replay !== undefined });
      if (score === null) this.settle(id, 'failed', failed ?? m.search_no_score());
      const best = bestTrial(this.trials);
      if (best && best.id === id && best !== this.best && score !== null) {
        this.best = best;
        this.emit({ kind: 'best', trial: best, trained });
      }
    } catch (error) {
      this.broken = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.inFlight -= 1;
      this.wake();
    }
  }

  /** Trains one rung from the weights of the rung before; after a resume those are trained again first. */
  private async train(id: number, rung: number): Promise<Evaluation> {
    const { evaluator, seed } = this.options;
    const { arch, candidate } = this.trial(id);
    let start: Tensors | null = null;
    if (rung > 0) {
      const kept = this.weights.get(id);
      const before: Evaluation = kept ? { score: 0, trained: kept } : await this.train(id, rung - 1);
      if ('failed' in before) return before;
      start = before.trained;
    }
    try {
      return await evaluator.evaluate({
        id,
        arch,
        seed: trialSeed(seed, candidate),
        epochs: this.schedule.rungs[rung] ?? 0,
        startEpoch: this.schedule.rungs[rung - 1] ?? 0,
        start,
        signal: this.signal,
        progress: (fraction) => this.emit({ kind: 'progress', id, rung, fraction })
      });
    } catch (error) {
      return { failed: reasonOf(error) };
    }
  }

  /** Ends a rung of the cohort `ids`: the best go on (their ids are returned), the others settle. */
  closeRung(ids: readonly number[], rung: number): readonly number[] {
    const alive = ids.filter((id) => this.trial(id).status === 'training');
    const last = rung === this.schedule.rungs.length - 1;
    const scores = alive.map((id) => ({ id, score: this.trial(id).validationAccuracy ?? 0 }));
    const kept = last ? alive : promoted(scores, this.schedule.eta);
    const bounds = { kept: kept.length, alive: alive.length, epochs: this.schedule.rungs[rung] ?? 0 };
    for (const id of alive) {
      if (last) this.settle(id, 'scored');
      else if (!kept.includes(id)) this.settle(id, 'pruned', m.search_not_among_best(bounds));
      if (last || !kept.includes(id)) this.weights.delete(id);
    }
    return last ? [] : kept;
  }

  private settle(id: number, status: TrialStatus, reason?: string): void {
    const trial = this.update(id, { ...this.trial(id), status, ...(reason === undefined ? {} : { reason }) });
    if (this.best?.id === id) this.best = trial;
    this.emit({ kind: 'settled', trial });
  }

  private trial(id: number): Trial {
    const trial = this.trials[id];
    if (!trial) throw new Error(`search: trial ${id} was never asked`);
    return trial;
  }

  private update(id: number, trial: Trial): Trial {
    this.trials[id] = trial;
    return trial;
  }

  private emit(event: SearchEvent): void {
    this.events.push(event);
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    for (const listener of this.listeners.splice(0)) listener();
  }
}

const withRung = (trial: Trial, epochs: number, validationAccuracy: number): Trial => ({
  ...trial,
  validationAccuracy,
  rungs: [...trial.rungs, { epochs, validationAccuracy }]
});
