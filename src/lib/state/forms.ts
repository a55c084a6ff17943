/** @file State: what the user sets before a run, with the defaults a first run is good with. */
import type { StrategyId } from '$lib/search/strategies/choose';
import { firstExportForm, type ExportForm } from './export-form';
import { firstTrainForm, type TrainForm } from './training-form';

export interface MeasureForm {
  /** Pictures in one run; 0 takes the default for the resolution. */
  batch: number;
}

export interface SearchForm {
  /** Share of the start's time, used until a budget in ms is set. */
  share: number;
  /** ms per picture, in the deployment setting; null follows the share. */
  budgetMs: number | null;
  trials: number;
  seed: number;
  strategy: StrategyId;
  /** Take the latency table of an earlier run of this setting. */
  reuseTable: boolean;
}

export interface PruneForm {
  /** Target as a share of the measured time. */
  share: number;
  /** Saving every step must make, as a share of the first time. */
  delta: number;
  /** Pictures of one short fine-tune. */
  fineTunePictures: number;
  /** Passes over the train split at the end. */
  finishEpochs: number;
  /** 0 goes on to the target. */
  maxSteps: number;
  seed: number;
}

export interface Forms {
  train: TrainForm;
  measure: MeasureForm;
  search: SearchForm;
  prune: PruneForm;
  export: ExportForm;
}

/** The forms of a first visit. */
export function firstForms(): Forms {
  return {
    train: { ...firstTrainForm },
    measure: { batch: 0 },
    search: { share: 0.8, budgetMs: null, trials: 6, seed: 1, strategy: 'evolution', reuseTable: true },
    prune: { share: 0.7, delta: 0.06, fineTunePictures: 256, finishEpochs: 1, maxSteps: 0, seed: 1 },
    export: { ...firstExportForm }
  };
}

/** A stored form laid over the defaults: known fields of the right type win, everything else is left out. */
export function formFrom<F extends object>(defaults: F, stored: unknown): F {
  if (typeof stored !== 'object' || stored === null) return defaults;
  const known = Object.entries(stored).filter(([key, value]) => {
    const own: unknown = Reflect.get(defaults, key);
    return key in defaults && (typeof own === typeof value || (own === null && typeof value === 'number'));
  });
  return { ...defaults, ...Object.fromEntries(known) };
}
