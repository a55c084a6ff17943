/** @file State: the long runs of the open network, kept across reloads with everything they found. */
import type { Architecture } from '$lib/arch/architecture';
import { defaultSetting, settingKey } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import { predictLatency } from '$lib/latency/predict';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { AdaptEvent, AdaptRequest, AdaptResult } from '$workers/adapt/protocol';
import type { ExportEvent, ExportRequest, ExportResult } from '$workers/export/protocol';
import type { MeasureEvent, MeasureRequest, MeasureResult } from '$workers/measure/protocol';
import type { SearchEvent, SearchRequest, SearchResult } from '$workers/search/protocol';
import type { TrainEvent, TrainRequest, TrainResult } from '$workers/train/protocol';
import { beginExport, closeExport, foldExport, type ExportView } from './export-run';
import { Exports } from './exports.svelte';
import { firstForms, formFrom, type Forms } from './forms';
import { Kept, type CheckpointKey } from './kept.svelte';
import { Looking } from './looking.svelte';
import { beginMeasure, closeMeasure, foldMeasure, type MeasureView } from './measure-run';
import { afterReload, type Phase } from './phase';
import type { OpenNetwork } from './open-network';
import { Pictures } from './pictures.svelte';
import { beginPrune, closePrune, foldPrune, type PruneView } from './prune-run';
import { QuantizedState } from './quantized.svelte';
import { Run } from './run.svelte';
import { beginSearch, closeSearch, foldSearch, type SearchView } from './search-run';
import { readRecord, type RunKind, type StorageTrouble, type Store } from './storage';
import { StepTime } from './step-time.svelte';
import { beginTrain, closeTrain, foldTrain, restoredTrain, type TrainView } from './train-run';

/** A run that can take back what an earlier visit left. */
interface Restorable<View> {
  readonly phase: Phase;
  restore(phase: Phase, view: View | null, elapsedMs: number): void;
}

const clients = () => import('$workers/clients');
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** All long work on the page: forms, runs, trained numbers, latency tables, and whether they are kept. */
export class Runs {
  forms = $state<Forms>(firstForms());
  #restored = $state(false);
  readonly #kept = new Kept();

  readonly pictures = new Pictures((dataset, kept) => {
    if (kept === 'database') void this.#kept.put('datasets', 'own', dataset);
    else void this.#kept.open().then((store) => store.remove('datasets', ['own']));
    this.#save('train', this.train);
  });

  /** How long a step of the next training takes. */
  readonly stepTime = new StepTime(async (request) => (await clients()).estimateTraining(request));
  /** What the trained network sees in a picture. */
  readonly looking = new Looking(async () => (await clients()).openLooker());

  readonly train: Run<TrainRequest, TrainEvent, TrainResult, TrainView> = new Run<
    TrainRequest,
    TrainEvent,
    TrainResult,
    TrainView
  >(
    {
      client: async () => (await clients()).startTrain,
      begin: (request) => beginTrain(request, this.#continues(request) ? this.train.view : null),
      fold: foldTrain,
      close: closeTrain
    },
    {
      event: (event) => {
        if (event.kind === 'epoch') {
          this.#kept.keep('train/last', event.checkpoint);
          this.#kept.keep('train/memory', { ...event.checkpoint, tensors: event.memory });
          if (event.best) this.#kept.keep('train/best', event.checkpoint);
        }
        if (event.kind === 'epoch' || event.kind === 'ready') this.#save('train', this.train);
      },
      end: (end) => {
        if (end.kind !== 'failed' && end.result) this.#keepResult(end.result);
        this.#save('train', this.train);
      }
    }
  );

  readonly measure = new Run<MeasureRequest, MeasureEvent, MeasureResult, MeasureView>(
    { client: async () => (await clients()).startMeasure, begin: beginMeasure, fold: foldMeasure, close: closeMeasure },
    {
      event: () => undefined,
      end: (end) => {
        if (end.kind !== 'failed' && end.result) this.#kept.keepTable(end.result.table);
        this.#showTimes();
        this.#save('measure', this.measure);
      }
    }
  );

  readonly search = new Run<SearchRequest, SearchEvent, SearchResult, SearchView>(
    { client: async () => (await clients()).startSearch, begin: beginSearch, fold: foldSearch, close: closeSearch },
    {
      event: (event) => {
        if (event.kind === 'floor') this.#kept.keepTable(event.table);
        if (event.kind === 'floor' || event.kind === 'log') this.#save('search', this.search);
      },
      end: (end) => {
        if (end.kind !== 'failed' && end.result) {
          if (end.result.table) this.#kept.keepTable(end.result.table);
          if (end.result.checkpoint) this.#kept.keep('search/best', end.result.checkpoint);
        }
        this.#save('search', this.search);
      }
    }
  );

  readonly prune = new Run<AdaptRequest, AdaptEvent, AdaptResult, PruneView>(
    { client: async () => (await clients()).startAdapt, begin: beginPrune, fold: foldPrune, close: closePrune },
    {
      event: (event) => {
        if (event.kind === 'floor') this.#kept.keepTable(event.table);
        if (event.kind !== 'step') return;
        this.#kept.keep(`prune/${event.step.index}`, event.checkpoint);
        this.#save('prune', this.prune);
      },
      end: (end) => {
        if (end.kind !== 'failed' && end.result) {
          this.#kept.keepTable(end.result.table);
          this.#kept.keep('prune/last', end.result.checkpoint);
        }
        this.#save('prune', this.prune);
      }
    }
  );

  /** Exports that wrote files, with these. */
  readonly exports = new Exports({
    put: (one) => void this.#kept.put('exports', one.id, one),
    remove: (ids) => void this.#kept.remove('exports', ids)
  });

  /** What it wrote is kept with the other exports, whatever became of its check; of the run itself only the form is. */
  readonly export = new Run<ExportRequest, ExportEvent, ExportResult, ExportView>(
    { client: async () => (await clients()).startExport, begin: beginExport, fold: foldExport, close: closeExport },
    {
      event: () => undefined,
      end: (end) => {
        this.#keepExport();
        this.quantized.take(this.export.request, end);
      }
    }
  );

  /** What 8 bits did at an export. */
  readonly quantized = new QuantizedState(() => this.network);

  constructor(private readonly network: OpenNetwork) {}

  /** Why results are not kept, when the browser refuses. */
  get trouble(): StorageTrouble | null {
    return this.#kept.trouble;
  }
  /** Whether an earlier visit's results are back. */
  get restored(): boolean {
    return this.#restored;
  }

  /** Whether any run is at work. */
  get busy(): boolean {
    return (
      this.train.live ||
      this.measure.live ||
      this.search.live ||
      this.prune.live ||
      this.export.live ||
      this.quantized.impacts.live
    );
  }

  /** Trained numbers kept under a key; null when there are none. */
  checkpoint(key: CheckpointKey): Checkpoint | null {
    return this.#kept.checkpoint(key);
  }

  /** The latency table of the default deployment setting of some pictures, when one was measured. */
  tableFor(arch: Architecture): LatencyTable | null {
    return this.#kept.table(settingKey(defaultSetting('tfjs-wasm', arch.input)));
  }

  /** The latency table of the last measurement, whatever its setting. */
  get lastTable(): LatencyTable | null {
    return this.#kept.table(this.measure.view?.tableKey ?? '');
  }

  /**
   * Trains. One that goes on with this page's own last training keeps its curves, time and best epoch; another forgets
   * what the last one left, and what it starts from becomes the network to beat.
   */
  async startTraining(request: TrainRequest): Promise<void> {
    if (this.train.live) return;
    this.looking.close();
    const continues = this.#continues(request);
    if (!continues) {
      await this.#kept.forget('train/');
      if (request.start) this.#kept.keep('train/best', request.start);
    }
    const best = this.checkpoint('train/best');
    await this.train.start({ ...request, best }, continues ? this.train.elapsedMs : 0);
  }

  /** Takes an export with its files off the list and the screen; the newest of the others is shown. */
  removeExport(id: string): void {
    const gone = this.exports.list.find((one) => one.id === id);
    this.exports.remove(id);
    if (gone && gone.view === this.export.view) this.#showExport();
  }

  /** Keeps the forms as they are now with the runs they belong to. */
  saveForms(): void {
    for (const kind of ['train', 'measure', 'search', 'prune'] as const) this.#save(kind, this[kind]);
    this.#save('export', { phase: 'idle', view: null, elapsedMs: 0 });
  }

  /** Puts back everything an earlier visit left; live runs of that visit come back as interrupted. */
  async restore(): Promise<void> {
    const store = await this.#kept.open();
    await this.#restoreRun(store, 'train', this.train, restoredTrain);
    await this.#restoreRun(store, 'measure', this.measure);
    await this.#restoreRun(store, 'search', this.search);
    await this.#restoreRun(store, 'prune', this.prune);
    await this.#restoreRun(store, 'export', this.export);
    await this.exports.restore(store);
    if (this.export.phase === 'idle') this.#showExport();
    const own = await store.get('datasets', 'own');
    const { pictures } = this.forms.train;
    if (own) this.pictures.restore(own, pictures);
    else if (pictures !== 'bundled') void this.pictures.reopen(pictures);
    await this.#kept.restore();
    this.#restored = true;
    this.#showTimes();
  }

  /** Forgets the pruning steps of an earlier run and keeps what the new one starts from. */
  async forgetSteps(start: Checkpoint): Promise<void> {
    await this.#kept.forget('prune/');
    this.#kept.keep('prune/start', start);
  }

  async #restoreRun<View>(
    store: Store,
    kind: RunKind,
    run: Restorable<View>,
    whole = (view: View): View => view
  ): Promise<void> {
    const record = readRecord(await store.get('runs', kind), kind);
    if (!record || run.phase !== 'idle') return;
    Object.assign(this.forms[kind], formFrom(this.forms[kind], record.form));
    // A view is written and read by this very module, under the record's format.
    if (record.view !== null) run.restore(afterReload(record.phase), whole(record.view as View), record.elapsedMs);
  }

  #keepExport(): void {
    this.exports.add(this.export.view);
    this.#save('export', { phase: 'idle', view: null, elapsedMs: 0 });
  }

  /** Shows the newest export that is kept. */
  readonly #showExport = (): void => this.export.restore('idle', this.exports.list[0]?.view ?? null, 0);

  /** Keeps what a training left; where it had no epoch of its own, that is all there is to go on from. */
  #keepResult(result: Checkpoint): void {
    this.#kept.keep('train/best', result);
    if (this.checkpoint('train/last') === null) this.#kept.keep('train/last', result);
  }

  /** Whether a training goes on with this page's own last one. */
  #continues(request: TrainRequest): boolean {
    return request.start !== null && request.start === this.checkpoint('train/last');
  }

  /** Hands measured times to the open network, when they are its own, and predictions from its table. */
  #showTimes(): void {
    const view = this.measure.view;
    if (!view || view.medianMs === null) return;
    const table = this.#kept.table(view.tableKey);
    if (table) {
      this.network.setPredictor((ops) => {
        const prediction = predictLatency(ops, table);
        if (prediction.kind === 'missing') return { perColumnMs: [], totalMs: null };
        return { perColumnMs: prediction.perColumn, totalMs: prediction.latencyMs };
      });
    }
    if (!same(view.arch, this.network.arch)) return;
    const { perColumnMs, medianMs: totalMs, setting } = view;
    this.network.setTimings({ perColumnMs, totalMs, kind: 'measured', setting });
  }

  #save(kind: RunKind, run: { readonly phase: Phase; readonly view: unknown; readonly elapsedMs: number }): void {
    const form = { ...$state.snapshot(this.forms[kind]), ...(kind === 'train' && { pictures: this.pictures.source }) };
    const { phase, view, elapsedMs } = run;
    const savedAt = new Date().toISOString();
    void this.#kept.put('runs', kind, { format: 1, kind, phase, form, view, elapsedMs, savedAt });
  }
}
