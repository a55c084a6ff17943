/** @file Builds and serves the page: kit, compiled words, isolation headers. */
import { sveltekit } from '@sveltejs/kit/vite';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { defineConfig } from 'vite';
import { buildStamp } from './vite-plugins/build-stamp.ts';
import { liteRtGlue } from './vite-plugins/litert-glue.ts';
import { tfjsWasmThreads, tfjsWasmThreadsDev } from './vite-plugins/tfjs-wasm-threads.ts';

/** Headers that isolate the page (SharedArrayBuffer, fine timers, wasm threads). */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin'
};

export default defineConfig({
  define: buildStamp(),
  plugins: [
    paraglideVitePlugin({ project: './project.inlang', outdir: './src/paraglide', strategy: ['baseLocale'] }),
    sveltekit(),
    tfjsWasmThreads(),
    liteRtGlue()
  ],
  worker: { format: 'es', plugins: () => [tfjsWasmThreads(), liteRtGlue()] },
  // Everything a worker imports, named here: a dependency found late would reload the page in the middle of a run.
  optimizeDeps: {
    include: [
      '@bufbuild/protobuf/wire',
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      'comlink',
      'd3',
      'fflate',
      'flatbuffers',
      'idb',
      'onnxruntime-web/wasm',
      'valibot'
    ],
    // Its glue goes through a plugin of ours, file by file.
    exclude: ['@litertjs/core'],
    rolldownOptions: { plugins: [tfjsWasmThreadsDev()] }
  },
  // No file becomes a data: address, which the page's policy would refuse to fetch.
  build: { assetsInlineLimit: 0, target: 'es2022' },
  server: { headers: isolation },
  preview: { headers: isolation }
});
