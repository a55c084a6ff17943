/** @file Workers: what the page may import: starts a run in its own worker, streams its events, reports a death. */
import { proxy, wrap } from 'comlink';
import { m } from '$paraglide/messages';
import type { AdaptEvent, AdaptRequest, AdaptResult } from './adapt/protocol';
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
    end({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
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
