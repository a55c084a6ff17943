/** @file Step 4, network: the port every engine stands behind; training and evaluation are written once against it. */
import type { Architecture } from '$lib/arch/architecture';
import type { Objective, Truth, Verdict } from '$lib/task/objective';
import type { Update } from '$lib/task/optimize';
import type { Rounding } from '$lib/task/rounding';
import type { Tensors } from '$lib/weights/checkpoint';

/** Normalised pictures, float32 NHWC, and what is right about them. */
export interface Batch extends Truth {
  readonly images: Float32Array;
  /** Seed of the values a head with dropout drops in this step; without one it drops none. */
  readonly draw?: number;
}

/** What a batch was worth before the update. */
export type StepResult = Verdict;

/** A built network that owns its memory; dispose it when done. */
export interface Network {
  readonly arch: Architecture;
  /** One training step on up to `maxBatch` pictures; throws when the head cannot serve the objective. */
  trainStep(batch: Batch, objective: Objective, update: Update): Promise<StepResult>;
  /** The last op's output [count, h, w, c] in inference mode (running statistics): the logits of a classifier. */
  forward(images: Float32Array, count: number): Promise<Float32Array>;
  /** The maps that are the answer, each [count, h, w, c], in inference mode: several where the head names several. */
  outputs(images: Float32Array, count: number): Promise<readonly Float32Array[]>;
  /** Outputs [count, h, w, c] of the ops named, by id, in inference mode; throws on an id the network does not have. */
  activations(images: Float32Array, count: number, ids: readonly string[]): Promise<Record<string, Float32Array>>;
  /** A copy of every tensor, running statistics included. */
  read(): Promise<Tensors>;
  /** A copy of the averaged tensors, running statistics included; those of `read` while no step has averaged. */
  readAveraged(): Promise<Tensors>;
  /** Replaces tensors by name; what the optimiser keeps stays as it is. */
  write(tensors: Tensors): Promise<void>;
  /** What the optimiser keeps between steps, to go on later as if never interrupted; empty before the first step. */
  readState(): Promise<Tensors>;
  /** Goes on from such a state; an update by another rule than the one that filled it begins with an empty memory. */
  writeState(state: Tensors): Promise<void>;
  /** Releases everything the network holds. */
  dispose(): void;
}

export type EngineKind = 'simd' | 'tfjs';

/** A table whose norms are folded into the weights and biases given, and what is rounded of it. */
export interface RoundedTable {
  readonly arch: Architecture;
  readonly tensors: Tensors;
  readonly rounding: Rounding;
}

export interface Engine {
  readonly kind: EngineKind;
  /** What really runs: 'simd relaxed 3f2a91c0' or 'tfjs 4.22.0 webgl'; stored with every result. */
  readonly build: string;
  /** Builds the network from its table with the given tensors; `maxBatch` bounds every later batch. */
  createNetwork(arch: Architecture, tensors: Tensors, maxBatch: number): Promise<Network>;
  /** The same in training and inference for 8 bits to come: weights and values rounded, gradients straight through; not every engine can. */
  createRounded?(table: RoundedTable, maxBatch: number): Promise<Network>;
}
