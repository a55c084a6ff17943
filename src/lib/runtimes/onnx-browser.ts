/** @file Runtimes: addresses of ONNX Runtime's wasm in a bundled page; named, so that its threads do not load our worker again. */
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { OnnxFiles } from './onnx';

const whole = (path: string): string => new URL(path, self.location.origin).href;

/** The files of the browser. */
export const browserOnnxFiles: OnnxFiles = { kind: 'addresses', mjs: whole(mjs), wasm: whole(wasm) };
