/** @file Command line: what was timed on this machine, kept in a file of the system's cache folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, homedir, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChoiceMemory } from '$workers/open-engine';

/** Where the system keeps what may be lost. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: windows } = process.env;
  if (process.platform === 'win32' && windows) return join(windows, 'bneck', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'bneck');
  return join(xdg ?? join(homedir(), '.cache'), 'bneck');
}

/** The file that remembers which engine was fastest; whoever deletes it has everything timed again. */
export const memoryFile = (): string => join(cacheFolder(), 'engines.json');

async function all(): Promise<Readonly<Record<string, unknown>>> {
  try {
    const read = JSON.parse(await readFile(memoryFile(), 'utf8')) as unknown;
    return typeof read === 'object' && read !== null ? { ...read } : {};
  } catch {
    return {};
  }
}

/** Entries kept, the newest ones. */
const most = 200;

/** A folder that cannot be read or written forgets: the next run times again. */
export const nodeMemory: ChoiceMemory = {
  device: [hostname(), cpus()[0]?.model, availableParallelism(), process.version].join(' '),
  async recall(key) {
    const found = (await all())[key];
    return typeof found === 'string' ? found : null;
  },
  async remember(key, text) {
    const { [key]: _, ...others } = await all();
    const entries = Object.fromEntries([...Object.entries(others).slice(1 - most), [key, text]]);
    try {
      await mkdir(dirname(memoryFile()), { recursive: true });
      await writeFile(memoryFile(), JSON.stringify(entries));
    } catch {
      return;
    }
  }
};
