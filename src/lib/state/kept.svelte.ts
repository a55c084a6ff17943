/** @file State: trained numbers and latency tables of this page, in memory and in the browser's own store. */
import { settingKey } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { openStore, type StorageTrouble, type Store } from './storage';

/**
 * Where trained numbers are kept: by the training's end, what its optimizer remembered there, its best epoch, the
 * search's best, what a pruning started from, and each of its steps.
 */
export type CheckpointKey =
  'train/last' | 'train/memory' | 'train/best' | 'search/best' | 'prune/start' | 'prune/last' | `prune/${number}`;

/** What runs leave behind; writing goes to the store behind the page's back, reading is always at once. */
export class Kept {
  #trouble = $state<StorageTrouble | null>(null);
  #checkpoints = $state.raw<ReadonlyMap<string, Checkpoint>>(new Map());
  #tables = $state.raw<ReadonlyMap<string, LatencyTable>>(new Map());
  #store: Promise<Store> | null = null;
  #written: Promise<unknown> = Promise.resolve();

  /** Why results are not kept, when the browser refuses. */
  get trouble(): StorageTrouble | null {
    return this.#trouble;
  }

  /** Trained numbers kept under a key; null when there are none. */
  checkpoint(key: CheckpointKey): Checkpoint | null {
    return this.#checkpoints.get(key) ?? null;
  }

  /** The latency table of a setting, when one was measured. */
  table(setting: string): LatencyTable | null {
    return this.#tables.get(setting) ?? null;
  }

  keep(key: CheckpointKey, checkpoint: Checkpoint): void {
    this.#checkpoints = new Map([...this.#checkpoints, [key, checkpoint]]);
    void this.put('checkpoints', key, checkpoint);
  }

  keepTable(table: LatencyTable): void {
    const key = settingKey(table.setting);
    this.#tables = new Map([...this.#tables, [key, table]]);
    void this.put('tables', key, table);
  }

  /** Drops every checkpoint whose key begins so. */
  async forget(prefix: string): Promise<void> {
    const old = [...this.#checkpoints.keys()].filter((key) => key.startsWith(prefix));
    this.#checkpoints = new Map([...this.#checkpoints].filter(([key]) => !key.startsWith(prefix)));
    await this.#inTurn((store) => store.remove('checkpoints', old));
  }

  /** Puts back what an earlier visit left; what this visit made already stays. */
  async restore(): Promise<void> {
    const store = await this.open();
    const checkpoints = new Map(this.#checkpoints);
    for (const key of await store.keys('checkpoints')) {
      const found = await store.get('checkpoints', key);
      if (found?.format === 1 && !checkpoints.has(key)) checkpoints.set(key, found);
    }
    this.#checkpoints = checkpoints;
    const tables = new Map(this.#tables);
    for (const key of await store.keys('tables')) {
      const found = await store.get('tables', key);
      if (found?.format !== 1) continue;
      const setting = settingKey(found.setting);
      if (!tables.has(setting)) tables.set(setting, found);
    }
    this.#tables = tables;
  }

  /** Writes to the store and notes when it refuses. */
  async put(...[name, key, value]: Parameters<Store['put']>): Promise<void> {
    const trouble = await this.#inTurn((store) => store.put(name, key, value));
    if (trouble) this.#trouble = trouble;
  }

  /** Takes entries out of the store. */
  async remove(...[name, keys]: Parameters<Store['remove']>): Promise<void> {
    await this.#inTurn((store) => store.remove(name, keys));
  }

  /** One after the other, each in a task of its own: a browser copies what it writes while the page waits. */
  #inTurn<T>(write: (store: Store) => Promise<T>): Promise<T> {
    const turn = this.#written.then(async () => {
      await new Promise((resolve) => setTimeout(resolve));
      return write(await this.open());
    });
    this.#written = turn;
    return turn;
  }

  open(): Promise<Store> {
    return (this.#store ??= openStore());
  }
}
