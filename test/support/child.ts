/** @file Test support: runs a program of ours in a Node process of its own, and reads the JSON it prints. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { buildCore } from '../../scripts/build-core.mjs';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A bundled program; `close` removes it. */
export interface Program {
  /** Runs it with arguments of its own and flags for Node; rejects with what it said when it fails. */
  run(given?: { readonly args?: readonly string[]; readonly flags?: readonly string[] }): Promise<unknown>;
  close(): void;
}

function finished(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let errors = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`program ended with ${code}: ${errors}`))
    );
  });
}

/** Bundles a program beside this file; it lies where it finds TensorFlow.js. */
export async function openProgram(name: string): Promise<Program> {
  await buildCore();
  const cache = at('../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bneck-program-'));
  const file = join(folder, 'program.mjs');
  await build({
    input: at(`./${name}.ts`),
    platform: 'node',
    external: /^@tensorflow\//,
    resolve: {
      alias: { $lib: at('../../src/lib'), $workers: at('../../src/workers'), $paraglide: at('../../src/paraglide') }
    },
    output: { file, format: 'esm', codeSplitting: false },
    logLevel: 'warn'
  });
  return {
    async run({ args = [], flags = [] } = {}) {
      const child = spawn(
        process.execPath,
        [...process.execArgv.filter((flag) => flag.includes('relaxed')), ...flags, file, ...args],
        {
          cwd: at('../..')
        }
      );
      return JSON.parse(await finished(child)) as unknown;
    },
    close: () => rmSync(folder, { recursive: true })
  };
}

/** A process that does nothing but burn one core until it is stopped. */
export function burnCpu(): { stop(): void } {
  const child = spawn(process.execPath, ['-e', 'for (let x = 1; ; x = (x * 1103515245 + 12345) | 0);'], {
    stdio: 'ignore'
  });
  return { stop: () => void child.kill('SIGKILL') };
}
