/** @file Step 5, latency: the port of an inference runtime; what times networks is injected, never imported. */
import type { Op } from '$lib/ops/op';

/** What really ran: 'tfjs-wasm' 4.22.0 on backend 'wasm' with its threads; stored with every timing. */
export interface RuntimeDescription {
  readonly runtime: string;
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly simd: boolean;
  /** Cross-origin isolated: threads are allowed and the clock is exact to 5 µs instead of 100 µs (MDN). */
  readonly isolated: boolean;
}

/** Ops with weights and inputs in the runtime's memory, ready to be timed. */
export interface Runnable {
  /** One inference of the whole batch, resolved when the output has been read back. */
  run(): Promise<void>;
  dispose(): void;
}

/**
 * A runtime that can time any list of ops, whole networks and single fused ops alike. Inputs that no op of the list
 * produces are filled by the runtime: `op.in` for each, and [1, 1, channels] for the gate of a multiply.
 */
export interface LatencyRuntime {
  readonly description: RuntimeDescription;
  prepare(ops: readonly Op[], batch: number): Promise<Runnable>;
}
