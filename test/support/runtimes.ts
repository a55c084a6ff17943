/** @file Test support: the runtimes that others deploy with, in this process, one thread. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openLiteRt } from '../../src/lib/runtimes/litert';
import { liteRtInNode } from '../../src/lib/runtimes/litert-node';
import { openOnnxRuntime } from '../../src/lib/runtimes/onnx';
import type { Runtime } from '../../src/lib/runtimes/runtime';

let onnx: Runtime | undefined;

/** ONNX Runtime Web. */
export function onnxHere(): Runtime {
  const wasm = readFileSync('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm');
  onnx ??= openOnnxRuntime({ kind: 'bytes', wasm: wasm.buffer }, 1);
  return onnx;
}

/** LiteRT.js. */
export async function liteRtHere(): Promise<Runtime> {
  return openLiteRt(await liteRtInNode(resolve('node_modules/@litertjs/core/wasm')), 1);
}
