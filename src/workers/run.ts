/** @file Workers: what every long run shares: its events' frame, and how it is paused, resumed and stopped. */

/** Progress of a stretch of work that can be counted. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  readonly remainingMs: number;
}

/** How a run ended: 'stopped' keeps what was reached, 'failed' says why in a sentence. */
export type RunEnd<R> =
  | { readonly kind: 'done'; readonly result: R }
  | { readonly kind: 'stopped'; readonly result: R | null }
  | { readonly kind: 'failed'; readonly reason: string };

/** A job behind a worker: one run at a time; events are delivered and awaited one by one. */
export interface Runner<Request, Event, Result> {
  run(request: Request, report: (event: Event) => Promise<void>): Promise<RunEnd<Result>>;
  pause(): void;
  resume(): void;
  /** Soft stop: the run ends after its current step and keeps what it has. */
  stop(): void;
}

/** A run seen from the page or the command line. */
export interface RunHandle<Result> {
  pause(): void;
  resume(): void;
  stop(): void;
  /** Hard stop: ends the worker at once; `done` answers 'failed'. */
  kill(): void;
  readonly done: Promise<RunEnd<Result>>;
}

/** Where a running loop waits while paused and learns that it should stop. */
export class RunGate {
  #paused: Promise<void> | null = null;
  #release: () => void = () => undefined;
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => (this.#release = resolve));
  }

  resume(): void {
    this.#release();
    this.#paused = null;
  }

  stop(): void {
    this.#stopped = true;
    this.resume();
  }

  /** Waits while paused; answers whether to go on. */
  async open(): Promise<boolean> {
    while (this.#paused) await this.#paused;
    return !this.#stopped;
  }
}
