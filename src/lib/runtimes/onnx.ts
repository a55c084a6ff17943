/** @file Runtimes: ONNX Runtime Web, wasm: runs exported .onnx files in a worker and in Node. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { Shape } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { reasonOf } from '$lib/base/reason';
import { RuntimeUnloaded, type Runtime, type RuntimeModel, type RuntimeOutput } from './runtime';

/** Where the runtime's files lie: addresses in a page, or the bytes themselves in Node. */
export type OnnxFiles =
  | { readonly kind: 'addresses'; readonly mjs: string; readonly wasm: string }
  | { readonly kind: 'bytes'; readonly wasm: ArrayBufferLike };

/** [count, a, b] → [count, b, a]: pixels and channels change places. */
function swapped(data: Float32Array, [count, a, b]: readonly [number, number, number]): Float32Array {
  if (a === 1 || b === 1) return data;
  const out = new Float32Array(data.length);
  for (let n = 0; n < count; n++) {
    const at = n * a * b;
    for (let i = 0; i < a; i++) for (let j = 0; j < b; j++) out[at + j * a + i] = data[at + i * b + j] as number;
  }
  return out;
}

function outputOf(name: string, { data, dims }: Tensor): RuntimeOutput {
  if (!(data instanceof Float32Array)) throw new Error(m.runtime_output_type({ name }));
  const [count = 1, channels = 1, height = 1, width = 1] = dims;
  if (dims.length !== 4) return { name, shape: dims, data: data.slice() };
  const shape = [count, height, width, channels];
  return { name, shape, data: swapped(data, [count, channels, height * width]) };
}

/** The runtime loads its wasm with the first file; where that is missing it speaks of a backend, not of the file. */
async function sessionOf(file: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  } catch (error) {
    const reason = reasonOf(error);
    if (!/^no\savailable\sbackend/.test(reason)) throw error;
    throw new RuntimeUnloaded(m.runtime_unloaded({ name: 'onnxruntime-web', reason }), { cause: error });
  }
}

async function open(file: Uint8Array, [height, width, channels]: Shape): Promise<RuntimeModel> {
  const session = await sessionOf(file);
  const [input] = session.inputNames;
  if (input === undefined) throw new Error(m.runtime_one_input({ got: session.inputNames.length }));
  return {
    accelerated: null,
    async run(images, count) {
      const planes = swapped(images, [count, height * width, channels]);
      const given = new Tensor('float32', planes, [count, channels, height, width]);
      const found = await session.run({ [input]: given });
      return session.outputNames.map((name) => outputOf(name, found[name] as Tensor));
    },
    dispose: () => void session.release()
  };
}

/** Loads ONNX Runtime with that many threads; more than one needs an isolated page. */
export function openOnnxRuntime(files: OnnxFiles, threads: number): Runtime {
  env.wasm.numThreads = threads;
  // Warnings about its own choices would fill the console of whoever looks for theirs.
  env.logLevel = 'error';
  if (files.kind === 'addresses') env.wasm.wasmPaths = { mjs: files.mjs, wasm: files.wasm };
  else env.wasm.wasmBinary = files.wasm;
  const version = env.versions.web ?? env.versions.common;
  return { kind: 'onnxruntime-web', build: m.runtime_build({ name: 'onnxruntime-web', version, threads }), open };
}
