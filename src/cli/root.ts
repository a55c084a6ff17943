/** @file Command line: where the files that come with Bneck lie, seen from the built program. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { m } from '$paraglide/messages';

/** The folder that holds package.json and static/, found upwards from this file. */
function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'static', 'data'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(m.cli_root());
    folder = above;
  }
  return folder;
}

export const root = findRoot();
