/** @file Opens a TensorFlow.js backend within a time limit, or says why it cannot be had. */
import { env, findBackendFactory, getBackend, setBackend, version } from '@tensorflow/tfjs';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { m } from '$paraglide/messages';
import { webglAdapter, webgpuAdapter, type Adapter } from './software-adapter';
import { registerWasmGradients } from './wasm-gradients';

export type TfjsBackend = 'webgpu' | 'webgl' | 'wasm' | 'cpu';

/** Where the three wasm files lie: a directory (Node), or one address for each (browser). */
export type WasmPaths =
  | string
  | Readonly<
      Record<'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm-threaded-simd.wasm', string>
    >;

/** How to open: `wasmPaths` is needed for wasm only; `threads` (default 1) takes effect in isolated pages only. */
export interface OpenOptions {
  readonly wasmPaths?: WasmPaths;
  readonly threads?: number;
  readonly limitMs?: number;
}

/** An opened backend as it really runs. */
export interface OpenBackend {
  readonly status: 'open';
  readonly backend: TfjsBackend;
  readonly version: string;
  readonly threads: number;
  readonly simd: boolean;
  readonly isolated: boolean;
  /** Name of the graphics adapter; null on wasm and cpu. */
  readonly adapter: string | null;
}

export type Opening =
  OpenBackend | { readonly status: 'failed'; readonly backend: TfjsBackend; readonly reason: string };

const OPEN_LIMIT_MS = 8000;
const opened = new Map<TfjsBackend, OpenBackend>();

/** Bundlers may leave a `process` without versions in a page. */
const isNode =
  typeof process !== 'undefined' && typeof (process as Partial<NodeJS.Process>).versions?.node === 'string';

/** The backend last asked for; an opening that ends after its time limit must not replace it. */
let wanted: TfjsBackend | null = null;

/** Makes an opened backend the one that runs what follows; TensorFlow.js keeps one per thread. */
export function useBackend(backend: TfjsBackend): void {
  // setBackend does its work before its first await once the backend is initialised.
  wanted = backend;
  if (getBackend() !== backend) void setBackend(backend);
}

function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(m.engine_backend_silent({ seconds: limitMs / 1000 }))), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function prepareWasm(options: OpenOptions): void {
  const { wasmPaths, threads = 1 } = options;
  if (wasmPaths === undefined) throw new Error('the wasm files were not named');
  setWasmPaths(typeof wasmPaths === 'string' ? wasmPaths.replace(/\/?$/, '/') : { ...wasmPaths });
  // Threads start as browser workers: Node has none of that kind, and one thread runs the plain SIMD build.
  if (isNode || threads === 1) env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  else setThreadsCount(threads);
}

const noAdapter: Adapter = { status: 'real', name: '' };

async function open(backend: TfjsBackend, options: OpenOptions): Promise<OpenBackend> {
  const adapter = backend === 'webgpu' ? await webgpuAdapter() : backend === 'webgl' ? webglAdapter() : noAdapter;
  if (adapter.status === 'refused') throw new Error(adapter.reason);
  // The typings hide that an unknown backend gives null.
  const factory = findBackendFactory(backend) as (() => unknown) | null;
  if (factory === null) throw new Error(m.engine_backend_absent());
  // Production mode keeps TensorFlow.js' advice about Node packages off the console.
  env().set('PROD', true);
  if (backend === 'wasm') prepareWasm(options);
  wanted = backend;
  if (!(await setBackend(backend))) throw new Error(m.engine_backend_idle());
  if (wanted !== backend) void setBackend(wanted);
  if (backend === 'wasm') registerWasmGradients();
  return {
    status: 'open',
    backend,
    version: version['tfjs'],
    threads: backend === 'wasm' ? Math.max(1, getThreadsCount()) : 1,
    simd: backend === 'wasm' && (await env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true,
    isolated: 'crossOriginIsolated' in globalThis && globalThis.crossOriginIsolated,
    adapter: adapter.name || null
  };
}

/** Opens a backend once per thread; a software adapter, a missing file or 8 s of silence end in a reason, never an exception. */
export async function openBackend(backend: TfjsBackend, options: OpenOptions = {}): Promise<Opening> {
  const known = opened.get(backend);
  if (known) {
    useBackend(backend);
    return known;
  }
  try {
    const result = await within(open(backend, options), options.limitMs ?? OPEN_LIMIT_MS);
    opened.set(backend, result);
    return result;
  } catch (error) {
    // TensorFlow.js rejects with plain objects that carry a message, too.
    const reason = (error as { message?: string } | null)?.message ?? String(error);
    return { status: 'failed', backend, reason };
  }
}
