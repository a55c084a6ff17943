/** @file The built command line as tests run it: in a folder of its own, words in, exit code and texts out. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const program = fileURLToPath(new URL('../../dist/cli/bneck.js', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** A folder for one test file, removed at its end, and the program run inside it. */
export function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'bneck-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    file: (name: string, content: string | Uint8Array): string => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    bneck: (...words: readonly string[]): Ended => {
      const options = { encoding: 'utf8', cwd: folder, maxBuffer: 2 ** 26 } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], options);
      return { status, out: stdout, error: stderr };
    }
  };
}

/** The last line of what a refused command said. */
export function lastLine({ error }: Ended): string {
  return error.trimEnd().split('\n').at(-1) ?? '';
}
