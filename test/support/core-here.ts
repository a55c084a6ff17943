/** @file Test support: the built kernels read from the working folder, for programs that run bundled. */
import { readFileSync } from 'node:fs';
import { loadCore, type Core } from '../../src/lib/engine/simd/load';

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(`${process.cwd()}/src/lib/engine/simd/generated/${name}.wasm`));

/** Compiles the kernels. */
export const coreHere = (): Promise<Core> => loadCore({ plain: bytesOf('core'), relaxed: bytesOf('core-relaxed') });
