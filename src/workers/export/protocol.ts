/** @file Workers: a network exported and proved in somebody else's runtime, as messages. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import type { ExportChoice } from '$lib/export/choice';
import type { Range } from '$lib/export/quantize/activations';
import type { LayerError } from '$lib/export/quantize/layer-error';
import type { SeenValues } from '$lib/export/quantize/observe';
import type { WeightShare } from '$lib/export/quantize/quantize';
import type { Spelling } from '$lib/export/quantize/spelling';
import type { Proof } from '$lib/export/proof';
import type { ExportedFile } from '$lib/export/write';
import type { Metric, Provenance, Tensors } from '$lib/weights/checkpoint';
import type { DataChoice } from '../choice';

export interface ExportRequest {
  readonly arch: Architecture;
  /** Null: numbers are drawn by seed, as nobody has trained any. */
  readonly tensors: Tensors | null;
  readonly choice: ExportChoice;
  /** What trained the numbers, for a checkpoint of ours. */
  readonly from?: Provenance | null;
  /** Whose validation pictures the file is proved on; null: noise by seed. */
  readonly data: DataChoice | null;
  /** Pictures the file is proved on; none: it is only written. */
  readonly pictures: number;
  /** Several files come as one archive, as a browser saves one at a time. */
  readonly zip: boolean;
}

export type ExportStage =
  'calibrating' | 'tuning' | 'correcting' | 'comparing' | 'writing' | 'answering' | 'loading' | 'proving';

export type ExportEvent =
  | { readonly kind: 'stage'; readonly stage: ExportStage }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'written'; readonly files: readonly ExportedFile[]; readonly ms: number };

/** What tuning came to; figures are shares of the validation pictures, 0 to 1, by the network's own metric. */
export interface TuneFacts {
  readonly epochs: number;
  readonly metric: Metric;
  readonly pictures: number;
  readonly floats: number;
  /** In 8 bits, as the engine simulates the file. */
  readonly before: number;
  readonly after: number;
  /** Whether other weights than those of the start were the best. */
  readonly moved: boolean;
  /** Whether ranges were measured again on the tuned network, or are those it was trained with. */
  readonly ranges: 'trained' | 'measured';
  readonly stopped: boolean;
  /** Why the training broke off. */
  readonly failed: string | null;
  readonly elapsedMs: number;
}

/** What 8 bits did to the network. */
export interface Int8Facts {
  /** The table that was exported. */
  readonly arch: Architecture;
  readonly share: WeightShare;
  /** Noise at every op of the table, in execution order. */
  readonly layers: readonly LayerError[];
  /** What was seen of the answers of the table's ops. */
  readonly seen: SeenValues;
  /** The range of every value of the file, the picture under the empty name. */
  readonly ranges: Readonly<Record<string, Range>>;
  /** What the file says of h-swish and squeeze-and-excite. */
  readonly spelled: readonly Spelling[];
  /** Which pictures told the ranges. */
  readonly calibratedOn: string;
  /** What training on with rounded values came to; null where nobody asked for it. */
  readonly tuned: TuneFacts | null;
  /** The same network in floats, run by turns on this device, milliseconds a picture. */
  readonly floatMs: number;
  readonly int8Ms: number;
  readonly floatBytes: number;
}

/** The files with their proof; or why the format cannot say this table. */
export type ExportResult =
  | {
      readonly kind: 'ok';
      readonly choice: ExportChoice;
      readonly files: readonly ExportedFile[];
      /** What is left out, drawn or fitted, in words. */
      readonly notes: readonly string[];
      /** Milliseconds that writing took. */
      readonly writtenMs: number;
      /** Null where no runtime here reads the format. */
      readonly proof: Proof | null;
      /** Why a runtime that reads the format could not run the file. */
      readonly refused: string | null;
      /** Why it could not be asked: its runtime, the network or the pictures did not load. */
      readonly unproved: string | null;
      /** What 8 bits did; null for other files. */
      readonly int8: Int8Facts | null;
      /** The numbers that training on with rounded values left; null where there was none. */
      readonly tuned: Tensors | null;
    }
  | { readonly kind: 'bad'; readonly issues: readonly Issue[] };
