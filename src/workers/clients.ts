/** @file Workers: what the page may import: starts a run in its own worker, streams its events, reports a death. */
import { proxy, wrap, type Remote } from 'comlink';
import { reasonOf } from '$lib/base/reason';
import { m } from '$paraglide/messages';
import type { AdaptEvent, AdaptRequest, AdaptResult } from './adapt/protocol';
import type { ExportEvent, ExportRequest, ExportResult } from './export/protocol';
import type { ImpactsEvent, ImpactsRequest, ImpactsResult } from './impacts/protocol';
import type { LookRunner } from './look/protocol';
import type { MeasureEvent, MeasureRequest, MeasureResult } from './measure/protocol';
import type { RunEnd, RunHandle, Runner } from './run';
import type { SearchEvent, SearchRequest, SearchResult } from './search/protocol';
import type { TrainEvent, TrainRequest, TrainResult } from './train/protocol';

/** Starts a run: events arrive in order on the main thread; `done` always answers, also when the worker dies. */
function start<Request, Event, Result>(
  worker: Worker,
  request: Request,
  onEvent: (event: Event) => void
): RunHandle<Result> {
  const runner = wrap<Runner<Request, Event, Result>>(worker);
  let settle: (end: RunEnd<Result>) => void = () => undefined;
  const done = new Promise<RunEnd<Result>>((resolve) => (settle = resolve));
  const end = (outcome: RunEnd<Result>): void => {
    settle(outcome);
    worker.terminate();
  };
  worker.addEventListener('error', (event) => {
    const { message } = event;
    end({ kind: 'failed', reason: message ? m.workers_stopped({ reason: message }) : m.workers_stopped_unloaded() });
  });
  const report = proxy((event: Event): Promise<void> => {
    onEvent(event);
    return Promise.resolve();
  });
  // Comlink's types cannot see through generic requests; the runner on the other side has this very signature.
  const run = runner.run as unknown as (request: Request, report: unknown) => Promise<RunEnd<Result>>;
  run(request, report).then(end, (error: unknown) => {
    end({ kind: 'failed', reason: reasonOf(error) });
  });
  return {
    pause: () => void runner.pause(),
    resume: () => void runner.resume(),
    stop: () => void runner.stop(),
    kill: () => {
      end({ kind: 'failed', reason: m.workers_run_ended() });
    },
    done
  };
}

/** Trains one network. */
export function startTrain(request: TrainRequest, onEvent: (event: TrainEvent) => void): RunHandle<TrainResult> {
  return start(new Worker(new URL('./train/worker.ts', import.meta.url), { type: 'module' }), request, onEvent);
}

/** What the estimate of a training found, or why there is none. */
export type TrainEstimate =
  | ({ readonly kind: 'ok' } & Pick<TrainEvent & { kind: 'ready' }, 'engine' | 'why' | 'candidates' | 'refused'> &
      Pick<TrainEvent & { kind: 'estimate' }, 'stepMs' | 'steps' | 'answersMs' | 'totalMs' | 'imagesPerSecond'>)
  | { readonly kind: 'failed'; readonly reason: string };

/** Times one step of a training in a worker of its own, without training. */
export async function estimateTraining(request: TrainRequest): Promise<TrainEstimate> {
  let ready: (TrainEvent & { kind: 'ready' }) | null = null;
  let estimate: (TrainEvent & { kind: 'estimate' }) | null = null;
  const end = await startTrain({ ...request, only: 'estimate' }, (event) => {
    if (event.kind === 'ready') ready = event;
    if (event.kind === 'estimate') estimate = event;
  }).done;
  if (end.kind === 'failed') return end;
  return estimateOf(ready, estimate);
}

function estimateOf(
  ready: (TrainEvent & { kind: 'ready' }) | null,
  estimate: (TrainEvent & { kind: 'estimate' }) | null
): TrainEstimate {
  if (!ready || !estimate) return { kind: 'failed', reason: m.workers_run_ended() };
  const { engine, why, candidates, refused } = ready;
  const { stepMs, steps, answersMs, totalMs, imagesPerSecond } = estimate;
  return { kind: 'ok', engine, why, candidates, refused, stepMs, steps, answersMs, totalMs, imagesPerSecond };
}

/** A worker that looks into trained networks; its calls reject when it dies. */
export function openLooker(): { readonly runner: LookRunner; close(): void } {
  const worker = new Worker(new URL('./look/worker.ts', import.meta.url), { type: 'module' });
  const remote: Remote<LookRunner> = wrap<LookRunner>(worker);
  const death = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      reject(new Error(message ? m.workers_stopped({ reason: message }) : m.workers_stopped_unloaded()));
    });
  });
  death.catch(() => undefined);
  const alive = <T>(answer: Promise<T>): Promise<T> => Promise.race([answer, death]);
  return {
    runner: {
      open: (data, input) => alive(remote.open(data, input)),
      pictures: (from, count) => alive(remote.pictures(from, count)),
      look: (checkpoint, picture) => alive(remote.look(checkpoint, picture))
    },
    close: () => worker.terminate()
  };
}

/** Times a network and its columns. */
export function startMeasure(
  request: MeasureRequest,
  onEvent: (event: MeasureEvent) => void
): RunHandle<MeasureResult> {
  return start(new Worker(new URL('./measure/worker.ts', import.meta.url), { type: 'module' }), request, onEvent);
}

/** Searches under a budget. */
export function startSearch(request: SearchRequest, onEvent: (event: SearchEvent) => void): RunHandle<SearchResult> {
  return start(new Worker(new URL('./search/worker.ts', import.meta.url), { type: 'module' }), request, onEvent);
}

/** Prunes a trained network. */
export function startAdapt(request: AdaptRequest, onEvent: (event: AdaptEvent) => void): RunHandle<AdaptResult> {
  return start(new Worker(new URL('./adapt/worker.ts', import.meta.url), { type: 'module' }), request, onEvent);
}

/** Exports a network and proves the file. */
export function startExport(request: ExportRequest, onEvent: (event: ExportEvent) => void): RunHandle<ExportResult> {
  return start(new Worker(new URL('./export/worker.ts', import.meta.url), { type: 'module' }), request, onEvent);
}

/** Asks which layers hurt most in 8 bits. */
export function startImpacts(
  request: ImpactsRequest,
  onEvent: (event: ImpactsEvent) => void
): RunHandle<ImpactsResult> {
  return start(new Worker(new URL('./impacts/worker.ts', import.meta.url), { type: 'module' }), request, onEvent);
}
