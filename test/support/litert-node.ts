/** @file Test support: LiteRT.js in Node runs an original .tflite file, whole or up to one of its tensors. */
import { resolve } from 'node:path';
import { liteRtInNode } from '../../src/lib/runtimes/litert-node';

/** A compiled file that answers again and again; dispose it when done. */
export interface LiteRtModel {
  /** Its first output as stored: bytes of a quantized file, floats of another. */
  run(input: Float32Array | Uint8Array, shape: readonly number[]): Promise<Float32Array | Uint8Array>;
  dispose(): void;
}

/** Compiles a file for the wasm accelerator, one thread. */
export async function openLiteRt(file: Uint8Array): Promise<LiteRtModel> {
  const core = await liteRtInNode(resolve('node_modules/@litertjs/core/wasm'));
  const model = await core.loadAndCompile(file, { accelerator: 'wasm' });
  return {
    async run(input, shape) {
      const given = core.Tensor.fromTypedArray(input.slice(), [...shape]);
      const results = await model.run(given);
      const data = (await results[0]!.data()).slice();
      for (const tensor of [given, ...results]) tensor.delete();
      if (data instanceof Int32Array) throw new Error('LiteRT: output must be float32 or uint8');
      return data;
    },
    dispose() {
      model.delete();
    }
  };
}

/** Runs the file on one input and gives its first output as stored (bytes of a quantized file, floats of another). */
export async function runLiteRt(
  file: Uint8Array,
  input: Float32Array | Uint8Array,
  shape: readonly number[]
): Promise<Float32Array | Uint8Array> {
  const model = await openLiteRt(file);
  const data = await model.run(input, shape);
  model.dispose();
  return data;
}

/** The file with tensor `output` as its only output and, if given, only its first `operators` operators. */
export function truncated(file: Uint8Array, output: number, operators?: number): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  const follow = (at: number): number => at + view.getUint32(at, true);
  const field = (table: number, slot: number): number =>
    table + view.getUint16(table - view.getInt32(table, true) + 4 + 2 * slot, true);
  const graph = follow(follow(field(view.getUint32(0, true), 2)) + 4);
  view.setInt32(follow(field(graph, 2)) + 4, output, true);
  if (operators !== undefined) view.setUint32(follow(field(graph, 3)), operators, true);
  return copy;
}
