/** @file State: what a measurement shows, folded from its worker's events. */
import type { Architecture } from '$lib/arch/architecture';
import { settingKey, settingLabel } from '$lib/latency/setting';
import type { MeasureEvent, MeasureRequest, MeasureResult } from '$workers/measure/protocol';
import { m } from '$paraglide/messages';

/** A measurement as shown; all times in ms per picture. */
export interface MeasureView {
  readonly arch: Architecture;
  readonly setting: string;
  /** Under which the table of this setting is kept. */
  readonly tableKey: string;
  readonly device: string;
  readonly samplesMs: readonly number[];
  readonly medianMs: number | null;
  readonly p10Ms: number | null;
  readonly p90Ms: number | null;
  readonly perColumnMs: readonly number[] | null;
  readonly share: number;
  readonly stage: 'preparing' | 'warmup' | 'samples' | 'columns' | 'done';
  readonly done: number;
  readonly total: number;
  readonly measuredAt: string;
}

/** The view of a measurement that was just asked for. */
export function beginMeasure(request: MeasureRequest): MeasureView {
  return {
    arch: request.arch,
    setting: '',
    tableKey: '',
    device: '',
    samplesMs: [],
    medianMs: null,
    p10Ms: null,
    p90Ms: null,
    perColumnMs: null,
    share: 0,
    stage: 'preparing',
    done: 0,
    total: 0,
    measuredAt: ''
  };
}

/** Folds one event in; the whole network counts for the first half of the bar, its columns for the second. */
export function foldMeasure(view: MeasureView, event: MeasureEvent): MeasureView {
  switch (event.kind) {
    case 'preparing':
      return { ...view, stage: 'preparing' };
    case 'ready': {
      const { runtime, version, backend, threads } = event.description;
      const ran = { runtime, version, backend };
      const device = threads === 1 ? m.run_device_one(ran) : m.run_device_many({ ...ran, threads });
      const { setting } = event;
      return { ...view, setting: settingLabel(setting), tableKey: settingKey(setting), device, stage: 'warmup' };
    }
    case 'sample': {
      const samplesMs = [...view.samplesMs, event.ms];
      const { done, total } = event;
      return { ...view, samplesMs, stage: 'samples', done, total, share: (done / Math.max(1, total)) * 0.5 };
    }
    case 'network':
      return { ...view, medianMs: event.medianMs, p10Ms: event.p10Ms, p90Ms: event.p90Ms, share: 0.5 };
    case 'column': {
      const { done, total } = event;
      return { ...view, stage: 'columns', done, total, share: 0.5 + (done / Math.max(1, total)) * 0.5 };
    }
  }
}

/** The view once the worker ended. */
export function closeMeasure(view: MeasureView, result: MeasureResult | null): MeasureView {
  if (!result) return { ...view, stage: 'done' };
  const { arch, medianMs, p10Ms, p90Ms, samplesMs, perColumnMs, measuredAt } = result;
  const setting = settingLabel(result.setting);
  const tableKey = settingKey(result.setting);
  return {
    ...view,
    arch,
    setting,
    tableKey,
    medianMs,
    p10Ms,
    p90Ms,
    samplesMs,
    perColumnMs,
    measuredAt,
    share: 1,
    stage: 'done'
  };
}
