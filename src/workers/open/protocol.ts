/** @file Workers: what opening files asks and answers. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import type { Provenance, Tensors } from '$lib/weights/checkpoint';

/** Files chosen together, and the table that names of foreign weights are read against. */
export interface OpenRequest {
  readonly files: readonly File[];
  readonly open: Architecture;
}

/** A table alone, a network with weights, weights for the open table, or what is wrong. */
export type Opened =
  | { readonly kind: 'table'; readonly arch: Architecture }
  | {
      readonly kind: 'network';
      readonly arch: Architecture;
      readonly tensors: Tensors;
      readonly from: Provenance;
      /** What was changed or left out on the way. */
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'weights';
      readonly tensors: Tensors;
      readonly from: Provenance;
      /** Whose names they had. */
      readonly convention: string;
      readonly leftOut: number;
    }
  | { readonly kind: 'bad'; readonly name: string; readonly issues: readonly Issue[] };
