/** @file SIMD engine, several workers on one training: what a replica is told, what it answers, and how its caller holds it. */
import type { Architecture } from '$lib/arch/architecture';
import type { Objective } from '$lib/task/objective';
import type { Update } from '$lib/task/optimize';
import type { Tensors } from '$lib/weights/checkpoint';
import type { Core } from './load';
import type { Answers, BlockSizes } from './parallel';

/** Everything a replica is built from; `worker` counts from 1, as 0 is the caller. */
export interface ReplicaSetup {
  readonly core: Core;
  readonly arch: Architecture;
  readonly tensors: Tensors;
  /** Most pictures of a share. */
  readonly maxShare: number;
  readonly worker: number;
  readonly sizes: BlockSizes;
  readonly buffer: SharedArrayBuffer;
}

/** One step: the whole batch's size, the answers of this worker's share; its pictures lie in the block. */
export interface StepJob {
  readonly count: number;
  readonly answers: Answers;
  readonly objective: Objective;
  readonly update: Update;
}

/** Requests are handled one by one, in order; only 'open' is answered when all goes well. */
export type ReplicaRequest =
  | { readonly kind: 'open'; readonly setup: ReplicaSetup }
  | { readonly kind: 'step'; readonly job: StepJob }
  | { readonly kind: 'write' | 'writeState'; readonly tensors: Tensors };

export type ReplicaAnswer = { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly reason: string };

/** A replica in its own thread, as its caller holds it. */
export interface ReplicaPort {
  send(request: ReplicaRequest): void;
  /** Ends the thread at once. */
  kill(): void;
}

/** Who hears of a replica: its answers, and why its thread ended by itself. */
export interface ReplicaListener {
  readonly answered: (answer: ReplicaAnswer) => void;
  readonly died: (reason: string) => void;
}

/** Starts a thread with an empty replica in it. */
export type SpawnReplica = (listener: ReplicaListener) => Promise<ReplicaPort>;
