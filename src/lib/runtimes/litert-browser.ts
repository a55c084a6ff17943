/** @file Runtimes: LiteRT.js in a module worker of a bundled page. */
import * as core from '@litertjs/core';
import type * as LiteRtCore from '@litertjs/core';
import compatWasm from '@litertjs/core/wasm/litert_wasm_compat_internal.wasm?url';
import plainWasm from '@litertjs/core/wasm/litert_wasm_internal.wasm?url';
import threadedScript from '@litertjs/core/wasm/litert_wasm_threaded_internal.js?url';
import threadedWasm from '@litertjs/core/wasm/litert_wasm_threaded_internal.wasm?url';

type Factory = (options?: object) => unknown;
type Scope = Record<string, unknown>;

const whole = (path: string): string => new URL(path, self.location.origin).href;

/** One build of the runtime: its glue as a module, and its wasm. */
interface Build {
  readonly glue: () => Promise<{ readonly default: Factory }>;
  readonly wasm: string;
  /** The glue as a script, which every thread starts with. */
  readonly script?: string;
}

const builds = {
  threaded: {
    glue: () => import('@litertjs/core/wasm/litert_wasm_threaded_internal.js'),
    wasm: threadedWasm,
    script: threadedScript
  },
  plain: { glue: () => import('@litertjs/core/wasm/litert_wasm_internal.js'), wasm: plainWasm },
  compat: { glue: () => import('@litertjs/core/wasm/litert_wasm_compat_internal.js'), wasm: compatWasm }
} satisfies Record<string, Build>;

/** The runtime as it was loaded. */
interface Loaded {
  readonly core: typeof LiteRtCore;
  readonly threads: number;
}

let loaded: Promise<Loaded> | undefined;

/** The build this browser can run: threads ask for relaxed SIMD and an isolated page. */
async function buildFor(threads: number): Promise<Build> {
  if (!(await core.supportsFeature('relaxedSimd'))) return builds.compat;
  return threads > 1 && self.crossOriginIsolated ? builds.threaded : builds.plain;
}

/** Loads the runtime once in this worker, with so many threads where the browser and the page allow them. */
export function liteRtInBrowser(threads: number): Promise<Loaded> {
  loaded ??= (async () => {
    const build: Build = await buildFor(threads);
    const scope = self as unknown as Scope;
    scope['ModuleFactory'] = (await build.glue()).default;
    // A module worker has this name but may not call it: the glue is there already.
    scope['importScripts'] = () => undefined;
    scope['Module'] = {
      locateFile: () => whole(build.wasm),
      ...(build.script && { mainScriptUrlOrBlob: whole(build.script) }),
      print: () => undefined,
      printErr: () => undefined
    };
    // Its own way asks for a graphics processor, which a proof does not need.
    core.Environment.create = () => Promise.resolve(new core.Environment({ webGpuDevice: null }));
    // No file is loaded from there: the glue is at hand.
    await core.loadLiteRt('/', { threads: build === builds.threaded });
    return { core, threads: build === builds.threaded ? threads : 1 };
  })();
  return loaded;
}
