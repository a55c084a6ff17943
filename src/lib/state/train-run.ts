/** @file State: what a training shows, folded from its worker's events. */
import type { Architecture } from '$lib/arch/architecture';
import type { FitChange } from '$lib/arch/fit';
import type { Checked, Checkpoint, Metric } from '$lib/weights/checkpoint';
import type { Report, TrainEvent, TrainRequest } from '$workers/train/protocol';
import { askedOf, type Asked } from './training-form';

type Ready = TrainEvent & { readonly kind: 'ready' };

/** One step's loss and accuracy; `at` counts epochs, fractions included. */
export interface StepPoint {
  readonly at: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** One finished epoch. */
export interface EpochLine {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  /** By the view's metric. */
  readonly validationAccuracy: number;
}

/** A training as shown; plain data without tensors. */
export interface TrainView {
  /** The table as drawn when the training started. */
  readonly source: Architecture;
  /** What was asked for, to go on with after a reload; null in what an earlier version left. */
  readonly asked: Asked | null;
  /** The table as fitted to the pictures; null until the worker said. */
  readonly arch: Architecture | null;
  readonly changes: readonly FitChange[];
  readonly engine: string;
  /** The TensorFlow.js network that holds the weights and checks the answers; null where none opened. */
  readonly frame: string | null;
  readonly why: string;
  /** What a person should know before waiting: a slow engine, a missing one; null when all is well. */
  readonly warning: string | null;
  /** What was timed on the way to this engine, and what could not be had. */
  readonly candidates: Ready['candidates'];
  readonly refused: Ready['refused'];
  readonly workers: number;
  readonly dataset: string;
  /** What the network is judged by. */
  readonly metric: Metric;
  readonly pictures: number;
  readonly preparing: (TrainEvent & { kind: 'preparing' })['what'] | null;
  readonly epochs: number;
  readonly steps: readonly StepPoint[];
  readonly lines: readonly EpochLine[];
  /** Share of all steps done, 0..1. */
  readonly share: number;
  readonly imagesPerSecond: number | null;
  readonly remainingMs: number | null;
  /** The epoch kept as the result; null while none beats what was to beat. */
  readonly best: EpochLine | null;
  /** How far the engine's answers are from TensorFlow.js' on the same weights; null until both were asked. */
  readonly checked: Checked | null;
  /** How it does class by class and picture by picture; null until the training ended. */
  readonly report: Report | null;
}

/** Steps kept for drawing; older neighbours are merged beyond it. */
const mostSteps = 600;

/** What a worker has not told yet; a view kept by an earlier version may lack it. */
const untold = {
  asked: null,
  arch: null,
  changes: [],
  engine: '',
  frame: null,
  why: '',
  warning: null,
  candidates: [],
  refused: [],
  workers: 1,
  dataset: '',
  metric: 'accuracy',
  pictures: 0,
  imagesPerSecond: null,
  remainingMs: null,
  checked: null,
  report: null
} as const satisfies Partial<TrainView>;

/** A view as an earlier visit left it. */
export function restoredTrain(view: TrainView): TrainView {
  // A report of an earlier version does not say its kind: there was one.
  return { ...untold, ...view, ...(view.report && { report: Object.assign({ kind: 'classes' }, view.report) }) };
}

/** The view of a training that was just asked for; one that continues what `before` showed keeps its curves. */
export function beginTrain(request: TrainRequest, before: TrainView | null = null): TrainView {
  const done = request.start?.from.epochs ?? 0;
  return {
    ...untold,
    source: request.arch,
    asked: askedOf(request),
    preparing: 'data',
    epochs: request.epochs,
    steps: before?.steps.filter((step) => step.at <= done) ?? [],
    lines: before?.lines.filter((line) => line.epoch <= done) ?? [],
    share: done / request.epochs,
    best: before?.best ?? null
  };
}

/** Folds one event in. */
export function foldTrain(view: TrainView, event: TrainEvent): TrainView {
  switch (event.kind) {
    case 'preparing':
      return { ...view, preparing: event.what };
    case 'ready': {
      const { arch, changes, engine, frame, why, warning } = event;
      const { candidates, refused, workers, dataset, metric, pictures } = event;
      const told = {
        arch,
        changes,
        engine,
        frame,
        why,
        warning,
        candidates,
        refused,
        workers,
        dataset,
        metric,
        pictures
      };
      return { ...view, ...told, preparing: null };
    }
    case 'estimate': {
      const { imagesPerSecond, totalMs } = event;
      return { ...view, imagesPerSecond, remainingMs: totalMs };
    }
    case 'step': {
      // Steps are counted over the whole run; only their place within the epoch matters here.
      const at = event.epoch + (((event.step - 1) % event.stepsPerEpoch) + 1) / event.stepsPerEpoch;
      const { epochs, loss, accuracy, imagesPerSecond, remainingMs } = event;
      const steps = merged([...view.steps, { at, loss, accuracy }]);
      return { ...view, preparing: null, epochs, steps, share: at / epochs, imagesPerSecond, remainingMs };
    }
    case 'epoch': {
      const { epoch, epochs, trainLoss, trainAccuracy, validationLoss, validationAccuracy } = event;
      const line = { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy };
      const best = event.best ? line : view.best;
      return { ...view, epochs, lines: [...view.lines, line], share: epoch / epochs, best };
    }
    case 'checked':
      return { ...view, checked: event.checked };
    case 'report':
      return { ...view, report: event.report };
  }
}

/** The view once the worker ended. */
export function closeTrain(view: TrainView, result: Checkpoint | null): TrainView {
  return { ...view, arch: result?.arch ?? view.arch, preparing: null, remainingMs: null };
}

/** Halves a long line by averaging pairs, so that drawing stays cheap. */
function merged(steps: readonly StepPoint[]): readonly StepPoint[] {
  if (steps.length <= mostSteps) return steps;
  return steps.flatMap((step, i) => {
    const before = steps[i - 1];
    if (i % 2 === 0 || !before) return [];
    const mean = (a: number, b: number): number => (a + b) / 2;
    return [
      {
        at: mean(before.at, step.at),
        loss: mean(before.loss, step.loss),
        accuracy: mean(before.accuracy, step.accuracy)
      }
    ];
  });
}
