/** @file State: the open network as the runs see it. */
import type { Architecture } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';
import type { NoisyNetwork } from './quantized.svelte';

/** What the runs need of the open network. */
export interface OpenNetwork extends NoisyNetwork {
  readonly arch: Architecture;
  open(arch: Architecture, label: string): void;
  setTimings(timings: {
    readonly perColumnMs: readonly (number | null)[] | null;
    readonly totalMs: number | null;
    readonly kind: 'measured' | 'predicted' | null;
    readonly setting: string;
  }): void;
  setPredictor(
    predict: (ops: readonly Op[]) => {
      readonly perColumnMs: readonly (number | null)[];
      readonly totalMs: number | null;
    }
  ): void;
}
