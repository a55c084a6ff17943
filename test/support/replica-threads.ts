/** @file Test support: the script of a replica's thread, bundled as the command line's is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Bundles the thread's script into a folder that is removed after the test file. */
export async function replicaScript(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bneck-replica-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'replica.mjs');
  await build({
    input: at('src/cli/replica-thread.ts'),
    platform: 'node',
    resolve: { alias: { $lib: at('src/lib'), $workers: at('src/workers'), $paraglide: at('src/paraglide') } },
    output: { file, format: 'esm', codeSplitting: false },
    logLevel: 'warn'
  });
  return file;
}
