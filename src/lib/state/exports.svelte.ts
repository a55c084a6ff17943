/** @file State: exports of this browser, newest first, each with its files and its proof, as many as there is room for. */
import { mostExportBytes, mostExports, sizeOf, type ExportView, type KeptExport } from './export-run';
import type { Store } from './storage';

/** Where exports outlive the page; writing goes on behind its back. */
export interface ExportStore {
  put(one: KeptExport): void;
  remove(ids: readonly string[]): void;
}

/** The exports there is room for, newest first. */
export function withinBounds(exports: readonly KeptExport[]): readonly KeptExport[] {
  const newest = exports.toSorted((a, b) => (a.at < b.at ? 1 : -1)).slice(0, mostExports);
  let bytes = 0;
  const over = newest.findIndex(({ view }, index) => {
    bytes += sizeOf(view);
    return index > 0 && bytes > mostExportBytes;
  });
  return over < 0 ? newest : newest.slice(0, over);
}

/** The list of exports: adding one may push out the oldest. */
export class Exports {
  #list = $state.raw<readonly KeptExport[]>([]);

  constructor(private readonly store: ExportStore) {}

  /** Newest first. */
  get list(): readonly KeptExport[] {
    return this.#list;
  }

  /** Keeps an export that wrote files; others leave nothing. */
  add(view: ExportView | null): void {
    if (!view || view.files.length === 0) return;
    const one: KeptExport = { format: 1, id: crypto.randomUUID(), at: new Date().toISOString(), view };
    this.store.put(one);
    this.#keep([one, ...this.#list]);
  }

  remove(id: string): void {
    this.#list = this.#list.filter((one) => one.id !== id);
    this.store.remove([id]);
  }

  /** Puts back what an earlier visit left, beside what this visit made already. */
  async restore(store: Pick<Store, 'keys' | 'get'>): Promise<void> {
    const keys = await store.keys('exports');
    const found = await Promise.all(keys.map((key) => store.get('exports', key)));
    const here = new Set(this.#list.map(({ id }) => id));
    const known = found.flatMap((one) => (one?.format === 1 && !here.has(one.id) ? [one] : []));
    this.#keep([...this.#list, ...known]);
  }

  #keep(all: readonly KeptExport[]): void {
    this.#list = withinBounds(all);
    const gone = all.filter((one) => !this.#list.includes(one)).map(({ id }) => id);
    if (gone.length > 0) this.store.remove(gone);
  }
}
