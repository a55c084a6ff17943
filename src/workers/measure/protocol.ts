/** @file Workers: timing a network and its columns on this device, as messages. */
import type { Architecture } from '$lib/arch/architecture';
import type { DeploymentSetting } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import type { RuntimeDescription } from '$lib/latency/runtime';
import type { RuntimeChoice } from '../choice';

export interface MeasureRequest {
  /** The table as it will be deployed; its input is the resolution timed. */
  readonly arch: Architecture;
  readonly runtime: RuntimeChoice;
  readonly batch: number;
  /** Of the random weights and inputs that are timed. */
  readonly seed: number;
}

export type MeasureEvent =
  | { readonly kind: 'preparing' }
  | { readonly kind: 'ready'; readonly description: RuntimeDescription; readonly setting: DeploymentSetting }
  /** One timed sample of the whole network, in ms per picture. */
  | { readonly kind: 'sample'; readonly ms: number; readonly done: number; readonly total: number }
  /** The whole network, in ms per picture. */
  | { readonly kind: 'network'; readonly medianMs: number; readonly p10Ms: number; readonly p90Ms: number }
  /** The time of one column of the table, in ms per picture. */
  | {
      readonly kind: 'column';
      readonly column: number;
      readonly ms: number;
      readonly done: number;
      readonly total: number;
    };

/** All times in ms per picture, in the setting. */
export interface MeasureResult {
  readonly arch: Architecture;
  readonly setting: DeploymentSetting;
  readonly description: RuntimeDescription;
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  readonly samplesMs: readonly number[];
  readonly perColumnMs: readonly number[];
  /** The ops' timings, from which edits of this network are predicted. */
  readonly table: LatencyTable;
  readonly measuredAt: string;
}
