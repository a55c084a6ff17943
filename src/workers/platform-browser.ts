/** @file Workers: the machine as a browser's worker sees it; engines and runtimes are loaded when first asked for. */
import { wrap } from 'comlink';
import type { ClassSet } from '$lib/data/dataset';
import type { Engine } from '$lib/engine/engine';
import type { TfjsBackend } from '$lib/engine/tfjs/backend';
import { m } from '$paraglide/messages';
import { browserMemory } from './memory-browser';
import { openEngine, type EngineDoors } from './open-engine';
import type { Platform, RuntimeDoors } from './platform';
import type { TrainerPort, TrainerRunner } from './trainer/protocol';

async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, self.location.origin));
  if (!response.ok) throw new Error(m.workers_file_unloaded({ path, status: response.status }));
  return response;
}

async function bundled(id: 'fashion-mnist'): Promise<ClassSet> {
  const { readBundled } = await import('$lib/data/bundled');
  const [manifest, bytes] = await Promise.all([fetched(`/data/${id}.json`), fetched(`/data/${id}.u8.gz`)]);
  return readBundled(await manifest.json(), new Uint8Array(await bytes.arrayBuffer()));
}

async function openSimd(workers = 1): Promise<Engine> {
  if (workers > 1) return (await import('./replica/open-parallel')).openParallel(workers);
  const [{ fetchCore }, { openSimdEngine }] = await Promise.all([
    import('$lib/engine/simd/core-browser'),
    import('$lib/engine/simd/network')
  ]);
  return openSimdEngine(await fetchCore());
}

async function openTfjs(backend: TfjsBackend): Promise<Engine> {
  const [{ openTfjsEngine }, { browserWasmPaths }] = await Promise.all([
    import('$lib/engine/tfjs/network'),
    import('$lib/engine/tfjs/wasm-browser')
  ]);
  return openTfjsEngine(backend, { wasmPaths: browserWasmPaths });
}

const engines: EngineDoors = { simd: openSimd, tfjs: openTfjs, backends: ['webgpu', 'webgl', 'wasm', 'cpu'] };

/** Threads of a runtime: all cores of an isolated page, up to four. */
const threads = self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency || 1) : 1;

const runtimes: RuntimeDoors = {
  async onnx() {
    const [{ openOnnxRuntime }, { browserOnnxFiles }] = await Promise.all([
      import('$lib/runtimes/onnx'),
      import('$lib/runtimes/onnx-browser')
    ]);
    return openOnnxRuntime(browserOnnxFiles, threads);
  },
  async litert() {
    const [{ openLiteRt }, { liteRtInBrowser }] = await Promise.all([
      import('$lib/runtimes/litert'),
      import('$lib/runtimes/litert-browser')
    ]);
    const loaded = await liteRtInBrowser(threads);
    return openLiteRt(loaded.core, loaded.threads);
  },
  async tfjs() {
    const [{ openTfjsModels }, { browserWasmPaths }] = await Promise.all([
      import('$lib/engine/tfjs/model-runtime'),
      import('$lib/engine/tfjs/wasm-browser')
    ]);
    return openTfjsModels({ wasmPaths: browserWasmPaths });
  }
};

async function spawnTrainer(): Promise<TrainerPort> {
  const worker = new Worker(new URL('./trainer/worker.ts', import.meta.url), { type: 'module' });
  const runner = wrap<TrainerRunner>(worker);
  return Promise.resolve({
    open: (setup) => runner.open(setup),
    train: (job) => runner.train(job),
    pause: () => void runner.pause(),
    resume: () => void runner.resume(),
    kill: () => {
      worker.terminate();
    },
    onDeath: (listener) => {
      worker.addEventListener('error', (event) => {
        worker.terminate();
        listener(event.message || m.workers_unloaded());
      });
    }
  });
}

export const browserPlatform: Platform = {
  clock: () => performance.now(),
  now: () => new Date().toISOString(),
  cores: navigator.hardwareConcurrency || 1,
  isolated: self.crossOriginIsolated,
  bundled,
  engines,
  memory: browserMemory,
  openEngine: (choice) => openEngine(choice, engines),
  openRuntime: async (_, seed = 1) => {
    const [{ openTfjsRuntime }, { browserWasmPaths }] = await Promise.all([
      import('$lib/engine/tfjs/latency-runtime'),
      import('$lib/engine/tfjs/wasm-browser')
    ]);
    return openTfjsRuntime('wasm', { wasmPaths: browserWasmPaths, threads: 1, seed });
  },
  runtimes,
  spawnTrainer
};
