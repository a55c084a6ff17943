/**
 * @file Vite plugin: gives the threads of TensorFlow.js' wasm backend real script addresses. The package starts them from
 * blobs made of its own source text, which names other variables once minified: the backend then never answers.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const BACKEND = /[\\/]@tensorflow[\\/]tfjs-backend-wasm[\\/]dist[\\/]backend_wasm\.js(\?.*)?$/;
const FACTORY_BLOB =
  /new Blob\(\[`var WasmBackendModuleThreadedSimd = ` \+\s*wasmFactoryThreadedSimd\.toString\(\)\], \{ type: 'text\/javascript' \}\)/;
const WORKER_BLOB =
  /const response = wasmWorkerContents\.replace\([^;]*;\s*const blob = new Blob\(\[response\], \{ type: 'application\/javascript' \}\);\s*return URL\.createObjectURL\(blob\);/;

/** Parts of the `@tensorflow/tfjs` union of which only what is named is wanted; unmarked, each would stay in the bundle whole. */
const UNUSED_PARTS = /[\\/]@tensorflow[\\/]tfjs-(layers|converter|data)[\\/]dist[\\/]/;

const require = createRequire(import.meta.url);

const packageFolder = (): string => dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));

/** The script of one thread: the package ships it as a string inside a CommonJS module. */
function threadScript(folder: string): string {
  const path = join(folder, 'wasm-out/tfjs-backend-wasm-threaded-simd.worker.js');
  const script = (require(path) as { wasmWorkerContents?: string }).wasmWorkerContents;
  if (!script) throw new Error(`tfjs wasm threads: ${path} must export wasmWorkerContents`);
  // The string holds real line breaks inside quotes, which the package escapes in its blob.
  return script.replace(/\n/g, '\\n');
}

function patch(code: string, urls: { readonly factory: string; readonly thread: string }): string {
  if (!FACTORY_BLOB.test(code) || !WORKER_BLOB.test(code)) {
    throw new Error('tfjs wasm threads: the blobs of backend_wasm.js were not found; has the package changed?');
  }
  return code.replace(FACTORY_BLOB, () => urls.factory).replace(WORKER_BLOB, () => `return ${urls.thread};`);
}

/** For `plugins` and `worker.plugins`: builds name two emitted files, so that no blob is needed under a strict policy. */
export function tfjsWasmThreads(): Plugin {
  let patched = false;
  return {
    name: 'tfjs-wasm-threads',
    apply: 'build',
    transform(code, id) {
      if (UNUSED_PARTS.test(id)) return { code, map: null, moduleSideEffects: false };
      if (!BACKEND.test(id)) return null;
      const folder = packageFolder();
      const emit = (name: string, source: string | Buffer): string =>
        `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', name, source })}`;
      patched = true;
      const factory = readFileSync(join(folder, 'wasm-out/tfjs-backend-wasm-threaded-simd.js'));
      return {
        code: patch(code, {
          factory: emit('tfjs-backend-wasm-threaded-simd.js', factory),
          thread: emit('tfjs-backend-wasm-thread.js', threadScript(folder))
        }),
        map: null
      };
    },
    buildEnd(error) {
      const bundled = [...this.getModuleIds()].some((id) => id.includes('tfjs-backend-wasm/dist/'));
      const asAddress = [...this.getModuleIds()].every(
        (id) => !id.includes('tfjs-backend-wasm/dist/') || id.includes('?url')
      );
      if (!error && bundled && !asAddress && !patched) {
        this.error('tfjs wasm threads: the backend is bundled but backend_wasm.js was not seen');
      }
    }
  };
}

/** For `optimizeDeps.rolldownOptions.plugins`: in development the blobs stay, with the package's untouched text in them. */
export function tfjsWasmThreadsDev(): Plugin {
  return {
    name: 'tfjs-wasm-threads-dev',
    transform(code, id) {
      if (!BACKEND.test(id)) return null;
      const folder = packageFolder();
      const text = readFileSync(join(folder, 'wasm-out/tfjs-backend-wasm-threaded-simd.js'), 'utf8');
      const blobOf = (script: string): string => `new Blob([${JSON.stringify(script)}], { type: 'text/javascript' })`;
      return {
        code: patch(code, { factory: blobOf(text), thread: `URL.createObjectURL(${blobOf(threadScript(folder))})` }),
        map: null
      };
    }
  };
}
