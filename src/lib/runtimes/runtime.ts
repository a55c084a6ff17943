/** @file Runtimes: the port of what runs exported files, as others deploy them; for proof and for time. */
import type { Shape } from '$lib/arch/architecture';

/** An output of a file in our order of axes: maps [count, h, w, c], rows [count, rows, width], vectors [count, c]. */
export interface RuntimeOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A file made ready; dispose it when done. */
export interface RuntimeModel {
  /** Pictures float32 [count, h, w, c]; answers in the file's order of outputs. */
  run(images: Float32Array, count: number): Promise<readonly RuntimeOutput[]>;
  /** Whether every operator is taken over by the fast kernels; null where the runtime does not tell. */
  readonly accelerated: boolean | null;
  dispose(): void;
}

/** The runtime itself did not load: nothing is said about the file. */
export class RuntimeUnloaded extends Error {}

/** A loaded runtime. */
export interface Runtime {
  readonly kind: 'onnxruntime-web' | 'LiteRT.js' | 'TensorFlow.js';
  /** 'onnxruntime-web 1.30.0, 2 threads'. */
  readonly build: string;
  /** Makes a file ready for pictures of this shape; rejects with the runtime's own words where it refuses the file, with RuntimeUnloaded where it is not there. */
  open(file: Uint8Array, input: Shape): Promise<RuntimeModel>;
}
