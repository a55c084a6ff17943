/** @file Command line: the machine as Node sees it: files instead of fetches, threads instead of web workers. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { reasonOf } from '$lib/base/reason';
import { readBundled } from '$lib/data/bundled';
import type { ClassSet } from '$lib/data/dataset';
import type { Engine } from '$lib/engine/engine';
import type { TfjsBackend } from '$lib/engine/tfjs/backend';
import { openEngine, type EngineDoors } from '$workers/open-engine';
import type { Platform, RuntimeDoors } from '$workers/platform';
import type { TrainerPort, TrainerRunner } from '$workers/trainer/protocol';
import { nodeMemory } from './memory-node';
import { openCore } from './open-parallel';
import { root } from './root';

const wasmFolder = (): string => {
  const require = createRequire(import.meta.url);
  return `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;
};

async function bundled(id: 'fashion-mnist'): Promise<ClassSet> {
  const at = (name: string): string => join(root, 'static', 'data', name);
  const [manifest, bytes] = await Promise.all([readFile(at(`${id}.json`), 'utf8'), readFile(at(`${id}.u8.gz`))]);
  return readBundled(JSON.parse(manifest), new Uint8Array(bytes));
}

async function openTfjs(backend: TfjsBackend): Promise<Engine> {
  const { openTfjsEngine } = await import('$lib/engine/tfjs/network');
  return openTfjsEngine(backend, { wasmPaths: wasmFolder() });
}

const engines: EngineDoors = { simd: openCore, tfjs: openTfjs, backends: ['wasm', 'cpu'] };

const folderOf = (file: string): string => dirname(createRequire(import.meta.url).resolve(file));

/** One thread: several change nothing in a proof, and a command line may share its machine. */
const runtimes: RuntimeDoors = {
  async onnx() {
    const { openOnnxRuntime } = await import('$lib/runtimes/onnx');
    const wasm = await readFile(
      join(folderOf('onnxruntime-web/ort-wasm-simd-threaded.wasm'), 'ort-wasm-simd-threaded.wasm')
    );
    return openOnnxRuntime({ kind: 'bytes', wasm: wasm.buffer }, 1);
  },
  async litert() {
    const [{ openLiteRt }, { liteRtInNode }] = await Promise.all([
      import('$lib/runtimes/litert'),
      import('$lib/runtimes/litert-node')
    ]);
    return openLiteRt(await liteRtInNode(join(folderOf('@litertjs/core/package.json'), 'wasm')), 1);
  },
  async tfjs() {
    const { openTfjsModels } = await import('$lib/engine/tfjs/model-runtime');
    return openTfjsModels({ wasmPaths: wasmFolder() });
  }
};

function spawnTrainer(): Promise<TrainerPort> {
  const file = join(root, 'dist/cli/trainer-thread.js');
  const worker = new Worker(file);
  const runner = wrap<TrainerRunner>(nodeEndpoint(worker));
  return Promise.resolve({
    open: (setup) => runner.open(setup),
    train: (job) => runner.train(job),
    pause: () => void runner.pause(),
    resume: () => void runner.resume(),
    kill: () => void worker.terminate(),
    onDeath: (listener) => {
      worker.on('error', (error) => {
        listener(reasonOf(error));
      });
    }
  });
}

export const nodePlatform: Platform = {
  clock: () => performance.now(),
  now: () => new Date().toISOString(),
  cores: availableParallelism(),
  // Node's clock is exact to a microsecond, as an isolated page's is.
  isolated: true,
  bundled,
  engines,
  memory: nodeMemory,
  openEngine: (choice) => openEngine(choice, engines),
  openRuntime: async (_, seed = 1) => {
    const { openTfjsRuntime } = await import('$lib/engine/tfjs/latency-runtime');
    return openTfjsRuntime('wasm', { wasmPaths: wasmFolder(), threads: 1, seed });
  },
  runtimes,
  spawnTrainer
};
