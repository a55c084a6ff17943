/** @file Workers: which layers hurt most in 8 bits, each asked alone, as messages. */
import type { Architecture } from '$lib/arch/architecture';
import type { Int8Choice } from '$lib/export/choice';
import type { Range } from '$lib/export/quantize/activations';
import type { LayerImpact } from '$lib/export/quantize/layer-impact';
import type { Tensors } from '$lib/weights/checkpoint';
import type { DataChoice } from '../choice';

export interface ImpactsRequest {
  readonly arch: Architecture;
  /** Null: numbers are drawn by the same seed as for the export. */
  readonly tensors: Tensors | null;
  readonly choice: Int8Choice;
  /** Whose validation pictures are asked; null: noise by seed. */
  readonly data: DataChoice | null;
  /** The ranges of the export, the picture's under the empty name. */
  readonly ranges: Readonly<Record<string, Range>>;
}

export type ImpactsEvent =
  /** Biases are corrected as they were for the export. */
  | { readonly kind: 'correcting'; readonly done: number; readonly total: number }
  | { readonly kind: 'layer'; readonly impact: LayerImpact; readonly done: number; readonly total: number };

/** In execution order; a stopped run has those that were asked. */
export type ImpactsResult = readonly LayerImpact[];
