/** @file State: one long run seen from the page: its phase, its clock, what it shows and how it is steered. */
import { reasonOf } from '$lib/base/reason';
import type { RunEnd, RunHandle } from '$workers/run';
import { isLive, type Phase } from './phase';

/** What a kind of run knows: where its worker is, and how its events add up to what is shown. */
export interface Job<Request, Event, Result, View> {
  /** Loads the worker's client; called at the first start only, so that the first page stays light. */
  client(): Promise<(request: Request, onEvent: (event: Event) => void) => RunHandle<Result>>;
  begin(request: Request): View;
  fold(view: View, event: Event): View;
  /** The view when the worker ended; a stop may come without a result. */
  close(view: View, result: Result | null): View;
}

/** What a run tells the outside while it goes. */
export interface Listener<Event, Result> {
  /** After every event is folded in. */
  event(event: Event): void;
  /** Once, when the run is over. */
  end(end: RunEnd<Result>): void;
}

/** A run: verbs steer it, getters say how it stands. */
export class Run<Request, Event, Result, View> {
  #phase = $state<Phase>('idle');
  #view = $state.raw<View | null>(null);
  #reason = $state('');
  #elapsedMs = $state(0);
  #silentMs = $state(0);
  #handle: RunHandle<Result> | null = null;
  #request: Request | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ticked = 0;

  constructor(
    private readonly job: Job<Request, Event, Result, View>,
    private readonly listener: Listener<Event, Result>
  ) {}

  get phase(): Phase {
    return this.#phase;
  }
  get live(): boolean {
    return isLive(this.#phase);
  }
  get view(): View | null {
    return this.#view;
  }
  /** Why the run failed, in a sentence. */
  get reason(): string {
    return this.#reason;
  }
  /** Time at work, pauses not counted. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }
  /** Time since the worker was last heard of. */
  get silentMs(): number {
    return this.#silentMs;
  }
  /** What was last asked for in this visit. */
  get request(): Request | null {
    return this.#request;
  }
  /** Whether the last start can be made again as it was. */
  get canRetry(): boolean {
    return this.#request !== null;
  }

  /** Starts a run after so much time at work before; one that is live goes on undisturbed. */
  async start(request: Request, elapsedMs = 0): Promise<void> {
    if (this.live) return;
    this.#request = request;
    this.#view = this.job.begin(request);
    this.#reason = '';
    this.#elapsedMs = elapsedMs;
    this.#phase = 'starting';
    this.#tick();
    try {
      const begin = await this.job.client();
      this.#handle = begin(request, (event) => this.#hear(event));
    } catch (error) {
      this.#finish({ kind: 'failed', reason: reasonOf(error) });
      return;
    }
    this.#finish(await this.#handle.done);
  }

  /** Makes the last start again. */
  async retry(): Promise<void> {
    if (this.#request !== null) await this.start(this.#request);
  }

  pause(): void {
    if (this.#phase !== 'running') return;
    this.#handle?.pause();
    this.#phase = 'paused';
  }

  resume(): void {
    if (this.#phase !== 'paused') return;
    this.#handle?.resume();
    this.#phase = 'running';
  }

  /** Ends after the current step and keeps what was reached. */
  stop(): void {
    if (!this.live || !this.#handle) return;
    this.#handle.stop();
    this.#phase = 'stopping';
  }

  /** Ends the worker at once. */
  kill(): void {
    this.#handle?.kill();
  }

  /** Puts back what an earlier visit left. */
  restore(phase: Phase, view: View | null, elapsedMs: number): void {
    if (this.live) return;
    this.#phase = phase;
    this.#view = view;
    this.#elapsedMs = elapsedMs;
  }

  #hear(event: Event): void {
    if (this.#view === null || !this.live) return;
    this.#view = this.job.fold(this.#view, event);
    this.#silentMs = 0;
    if (this.#phase === 'starting') this.#phase = 'running';
    this.listener.event(event);
  }

  #finish(end: RunEnd<Result>): void {
    clearInterval(this.#timer);
    this.#handle = null;
    this.#silentMs = 0;
    if (this.#view !== null && end.kind !== 'failed') this.#view = this.job.close(this.#view, end.result);
    if (end.kind === 'failed') this.#reason = end.reason;
    this.#phase = end.kind;
    this.listener.end(end);
  }

  #tick(): void {
    clearInterval(this.#timer);
    this.#ticked = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      if (this.#phase !== 'paused') {
        this.#elapsedMs += now - this.#ticked;
        this.#silentMs += now - this.#ticked;
      }
      this.#ticked = now;
    }, 500);
  }
}
