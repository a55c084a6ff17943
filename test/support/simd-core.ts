/** @file Test support: the compiled training kernels, built when they are out of date. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { loadCore, type Core } from '../../src/lib/engine/simd/load';
import { buildCore } from '../../scripts/build-core.mjs';

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../src/lib/engine/simd/generated/${name}.wasm`, import.meta.url)));

// Node 20 hides relaxed SIMD behind a flag; browsers do not.
setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Builds and compiles the kernels; `plain` forces the build without fused multiply-add. */
export async function coreOfTests(plain = false): Promise<Core> {
  await buildCore();
  const bytes = bytesOf('core');
  return loadCore({ plain: bytes, relaxed: plain ? new Uint8Array(0) : bytesOf('core-relaxed') });
}
