/** @file Step 8, export: the port through which files are run while a network is made 8-bit. */
import type { LiteGraph } from '../tflite/lite-graph';

/** An answer by name, its numbers [count, ..]. */
export interface Answer {
  readonly name: string;
  readonly data: Float32Array;
}

/** A .tflite file made ready; dispose it when done. */
export interface OpenFile {
  /** Pictures float32 [count, h, w, c]. */
  run(images: Float32Array, count: number): Promise<readonly Answer[]>;
  dispose(): void;
}

/** Makes a file ready in a runtime. */
export type OpenLiteFile = (file: Uint8Array) => Promise<OpenFile>;

/** Pictures float32 [count, h, w, c], prepared as the network wants them. */
export interface PictureBatch {
  readonly images: Float32Array;
  readonly count: number;
}

/** Pictures in the order they are run. */
export type PictureBatches = Iterable<PictureBatch> | AsyncIterable<PictureBatch>;

/** The graph with every value as an answer. */
export function withEveryValue(graph: LiteGraph): LiteGraph {
  return { ...graph, outputs: graph.nodes.map(({ name }) => name) };
}
