/** @file Command line: the training kernels, read from the folder they were compiled into. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCore, type Core } from '$lib/engine/simd/load';
import { root } from './root';

/** Compiles the better of the two builds. */
export async function readCore(): Promise<Core> {
  const at = (name: string): string => join(root, 'src/lib/engine/simd/generated', name);
  const [plain, relaxed] = await Promise.all([readFile(at('core.wasm')), readFile(at('core-relaxed.wasm'))]);
  return loadCore({ plain: new Uint8Array(plain), relaxed: new Uint8Array(relaxed) });
}
