/** @file Workers: keeps a number of trainers busy; a dead one is replaced and its job given to another, once. */
import { reasonOf } from '$lib/base/reason';
import { m } from '$paraglide/messages';
import type { Platform } from '../platform';
import type { TrainerAnswer, TrainerJob, TrainerPort, TrainerSetup } from './protocol';

interface Pending {
  readonly job: TrainerJob;
  readonly answer: (answer: TrainerAnswer) => void;
  readonly tries: number;
}

/** The same job is tried this often before its death counts as a failure of the network. */
const mostTries = 2;

/** Trainers that share one setup. */
export class TrainerPool {
  readonly #platform: Platform;
  readonly #setup: TrainerSetup;
  readonly #idle: TrainerPort[] = [];
  readonly #all = new Set<TrainerPort>();
  readonly #busy = new Map<TrainerPort, Pending>();
  readonly #queue: Pending[] = [];
  #closed = false;
  #paused = false;
  build = '';
  pictures = 0;
  trainMs = 0;
  /** Workers that died and were replaced. */
  deaths = 0;

  private constructor(platform: Platform, setup: TrainerSetup) {
    this.#platform = platform;
    this.#setup = setup;
  }

  /** Starts `size` trainers; throws when none can be opened. */
  static async open(platform: Platform, setup: TrainerSetup, size: number): Promise<TrainerPool> {
    const pool = new TrainerPool(platform, setup);
    await Promise.all(Array.from({ length: Math.max(1, size) }, () => pool.#add()));
    return pool;
  }

  get size(): number {
    return this.#all.size;
  }

  async #add(): Promise<void> {
    const port = await this.#platform.spawnTrainer();
    if (this.#closed) {
      port.kill();
      return;
    }
    this.#all.add(port);
    port.onDeath((reason) => {
      this.#bury(port, reason);
    });
    this.build = (await port.open(this.#setup)).build;
    if (!this.#all.has(port)) return;
    if (this.#paused) port.pause();
    this.#idle.push(port);
    this.#next();
  }

  #bury(port: TrainerPort, reason: string): void {
    if (this.#closed || !this.#all.delete(port)) return;
    this.deaths += 1;
    const at = this.#idle.indexOf(port);
    if (at >= 0) this.#idle.splice(at, 1);
    const pending = this.#busy.get(port);
    this.#busy.delete(port);
    if (pending) {
      if (pending.tries >= mostTries) pending.answer({ kind: 'failed', reason: m.workers_trainer_died({ reason }) });
      else this.#queue.unshift(pending);
    }
    this.#add().catch((error: unknown) => {
      if (this.#all.size > 0) return;
      const why = m.workers_no_trainer({ reason: reasonOf(error) });
      for (const left of this.#queue.splice(0)) left.answer({ kind: 'failed', reason: why });
    });
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const port = this.#idle.pop();
      const next = this.#queue.shift();
      if (!port || !next) return;
      const pending = { ...next, tries: next.tries + 1 };
      this.#busy.set(port, pending);
      port.train(pending.job).then(
        (answer) => {
          if (this.#busy.get(port) !== pending) return;
          this.#busy.delete(port);
          if (answer.kind === 'scored') {
            this.pictures += answer.pictures;
            this.trainMs += answer.trainMs;
          }
          this.#idle.push(port);
          pending.answer(answer);
          this.#next();
        },
        (error: unknown) => {
          this.#bury(port, reasonOf(error));
        }
      );
    }
  }

  /** Trains a job on the next free trainer. */
  train(job: TrainerJob): Promise<TrainerAnswer> {
    if (this.#closed) return Promise.resolve({ kind: 'failed', reason: m.workers_run_stopped() });
    return new Promise((answer) => {
      this.#queue.push({ job, answer, tries: 0 });
      this.#next();
    });
  }

  pause(): void {
    this.#paused = true;
    for (const port of this.#all) port.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const port of this.#all) port.resume();
  }

  /** Ends all trainers; jobs under way or waiting answer 'failed'. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const port of this.#all) port.kill();
    for (const pending of [...this.#busy.values(), ...this.#queue.splice(0)]) {
      pending.answer({ kind: 'failed', reason: m.workers_run_stopped() });
    }
    this.#busy.clear();
  }
}
