/** @file Runtimes: LiteRT.js in Node, whose glue is written for a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as LiteRtCore from '@litertjs/core';

type Glue = Record<string, unknown>;

/** The runtime loads its glue with importScripts; in Node the glue is a CommonJS module. */
function importScripts(address: string): void {
  const file = address.replace(/^file:\/\//, '');
  const module: { exports: unknown } = { exports: {} };
  const names = ['module', 'exports', 'require', '__filename', '__dirname'];
  const run = compileFunction(readFileSync(file, 'utf8'), names, { filename: file }) as (...values: unknown[]) => void;
  run(module, module.exports, createRequire(file), file, dirname(file));
  const factory = module.exports as (options?: Glue) => unknown;
  const quiet = { print: () => undefined, printErr: () => undefined };
  (globalThis as Glue)['ModuleFactory'] = (options?: Glue) => factory({ ...options, ...quiet });
}

let loaded: Promise<typeof LiteRtCore> | undefined;

/** Loads the runtime once in this process; `folder` holds its wasm files. */
export function liteRtInNode(folder: string): Promise<typeof LiteRtCore> {
  loaded ??= (async () => {
    const scope = globalThis as Glue;
    scope['self'] ??= globalThis;
    scope['importScripts'] = importScripts;
    const core = await import('@litertjs/core');
    // Its own way looks for WebGPU in a `navigator` that Node may not have, and warns.
    core.Environment.create = () => Promise.resolve(new core.Environment({ webGpuDevice: null }));
    await core.loadLiteRt(`${folder}/`, { threads: false });
    return core;
  })();
  return loaded;
}
