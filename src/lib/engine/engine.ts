/** @file Step 4, network: the port every engine stands behind; training and evaluation are written once against it. */
import type { Architecture } from '$lib/arch/architecture';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';

/** Normalised pictures, float32 NHWC, and their labels. */
export interface Batch {
  readonly count: number;
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

/** Constants of one SGD step with Nesterov momentum; decay skips norms and biases. */
export interface StepOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Mean softmax cross-entropy of a batch and how many pictures were classified correctly. */
export interface StepResult {
  readonly loss: number;
  readonly correct: number;
}

/** A built network that owns its memory; dispose it when done. */
export interface Network {
  readonly arch: Architecture;
  /** One training step on up to `maxBatch` pictures; loss and accuracy are those before the update. */
  trainStep(batch: Batch, options: StepOptions): Promise<StepResult>;
  /** The last op's output [count, h, w, c] in inference mode (running statistics): the logits of a classifier. */
  forward(images: Float32Array, count: number): Promise<Float32Array>;
  /** Outputs [count, h, w, c] of the ops named, by id, in inference mode; throws on an id the network does not have. */
  activations(images: Float32Array, count: number, ids: readonly string[]): Promise<Record<string, Float32Array>>;
  /** A copy of every tensor, running statistics included. */
  read(): Promise<Tensors>;
  /** Releases everything the network holds. */
  dispose(): void;
}

export type EngineKind = 'simd' | 'tfjs';

export interface Engine {
  readonly kind: EngineKind;
  /** What really runs: 'simd relaxed 3f2a91c0' or 'tfjs 4.22.0 webgl'; stored with every result. */
  readonly build: string;
  /** Builds the network from its table with the given tensors; `maxBatch` bounds every later batch. */
  createNetwork(arch: Architecture, tensors: Tensors, maxBatch: number): Promise<Network>;
}

/** Throws unless the table ends in one answer for each picture, which is what the loss of a training step reads. */
export function mustClassify({ name, head }: Architecture): void {
  if (head.kind !== 'classifier') throw new Error(m.engine_train_classifier({ network: name, head: head.kind }));
}
