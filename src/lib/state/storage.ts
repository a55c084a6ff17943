/** @file State: what survives a reload, in IndexedDB: runs with their forms, checkpoints, latency tables, own pictures, exports. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ClassSet } from '$lib/data/dataset';
import type { LatencyTable } from '$lib/latency/table';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { KeptExport } from './export-run';
import type { Phase } from './phase';

export type RunKind = 'train' | 'measure' | 'search' | 'prune' | 'export';

/** One run as it is kept: the form it was started with, what it showed last, and how far it came. */
export interface RunRecord {
  readonly format: 1;
  readonly kind: RunKind;
  readonly phase: Phase;
  readonly form: unknown;
  readonly view: unknown;
  readonly elapsedMs: number;
  /** ISO 8601. */
  readonly savedAt: string;
}

/** Why something could not be kept: the browser's space is used up, or it refuses to store at all. */
export type StorageTrouble = 'full' | 'denied';

interface Tables extends DBSchema {
  runs: { key: string; value: RunRecord };
  checkpoints: { key: string; value: Checkpoint };
  tables: { key: string; value: LatencyTable };
  datasets: { key: string; value: ClassSet };
  exports: { key: string; value: KeptExport };
}

const storeNames = ['runs', 'checkpoints', 'tables', 'datasets', 'exports'] as const;
type StoreName = (typeof storeNames)[number];

/** Everything kept between visits; writing answers what went wrong, reading answers undefined for what is not there. */
export interface Store {
  put<N extends StoreName>(name: N, key: string, value: Tables[N]['value']): Promise<StorageTrouble | null>;
  get<N extends StoreName>(name: N, key: string): Promise<Tables[N]['value'] | undefined>;
  keys(name: StoreName): Promise<readonly string[]>;
  remove(name: StoreName, keys: readonly string[]): Promise<void>;
}

/** Opens the store; where the browser refuses, a store that keeps nothing and says so at every write. */
export async function openStore(name = 'bneck'): Promise<Store> {
  try {
    const database = await opened(name);
    return database ? storeIn(database) : refused;
  } catch {
    return refused;
  }
}

/** Null where another tab holds an older version open: waiting for it would leave the page without its results. */
function opened(name: string): Promise<IDBPDatabase<Tables> | null> {
  return new Promise((resolve, reject) => {
    openDB<Tables>(name, 2, {
      upgrade(db) {
        for (const store of storeNames) if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
      },
      blocked: () => resolve(null),
      blocking: (_, __, event) => (event.target as IDBDatabase).close()
    }).then(resolve, reject);
  });
}

function storeIn(database: IDBPDatabase<Tables>): Store {
  return {
    async put(name, key, value) {
      try {
        await database.put(name, value, key);
        return null;
      } catch (error) {
        return troubleOf(error);
      }
    },
    get: (name, key) => database.get(name, key),
    keys: (name) => database.getAllKeys(name),
    async remove(name, keys) {
      for (const key of keys) await database.delete(name, key);
    }
  };
}

const refused: Store = {
  put: () => Promise.resolve('denied'),
  get: () => Promise.resolve(undefined),
  keys: () => Promise.resolve([]),
  remove: () => Promise.resolve()
};

/** Names what a failed write means; a full disk and a full quota are both 'full'. */
export function troubleOf(error: unknown): StorageTrouble {
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'denied';
}

/** A record as read, or null when it has a format or kind this version does not know. */
export function readRecord(record: RunRecord | undefined, kind: RunKind): RunRecord | null {
  return record && record.format === 1 && record.kind === kind ? record : null;
}
