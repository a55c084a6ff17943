/** @file State: the pictures runs train on: the bundled set, or the user's own, read on this device. */
import type { Shape } from '$lib/arch/architecture';
import type { Dataset } from '$lib/data/dataset';
import type { NamedBytes } from '$lib/data/idx';
import type { DataChoice } from '$workers/choice';

/** What is known of the bundled set before it is loaded. */
export const bundledPictures = {
  id: 'fashion-mnist',
  name: 'Fashion-MNIST',
  shape: [28, 28, 1],
  classes: 10,
  train: 10_000,
  validation: 2_000
} as const satisfies { shape: Shape } & Record<string, unknown>;

/** Where pictures come from: bundled with the page, a folder or an IDX pair of the user's. */
export type PictureSource = 'bundled' | 'folder' | 'idx';

/** The choice of pictures; reading leaves the old ones in place when it fails and says why. */
export class Pictures {
  #source = $state<PictureSource>('bundled');
  #own = $state.raw<Dataset | null>(null);
  #busy = $state(false);
  #problem = $state('');
  #unreadable = $state(0);

  constructor(private readonly keep: (dataset: Dataset) => void) {}

  get source(): PictureSource {
    return this.#source;
  }
  set source(source: PictureSource) {
    this.#source = source;
  }
  get own(): Dataset | null {
    return this.#own;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** Why the last reading gave no pictures, in a sentence. */
  get problem(): string {
    return this.#problem;
  }
  /** Files of the folder that were no pictures. */
  get unreadable(): number {
    return this.#unreadable;
  }
  /** What a run is given; null while own pictures are chosen but none are read. */
  get data(): DataChoice | null {
    if (this.#source === 'bundled') return { kind: 'bundled', id: 'fashion-mnist' };
    return this.#own ? { kind: 'own', dataset: this.#own } : null;
  }
  /** Height, width and channels of the pictures chosen. */
  get shape(): Shape {
    return this.#source !== 'bundled' && this.#own ? this.#own.shape : bundledPictures.shape;
  }
  get classes(): number {
    return this.#source !== 'bundled' && this.#own ? this.#own.classes.length : bundledPictures.classes;
  }
  /** Pictures to train on. */
  get train(): number {
    return this.#source !== 'bundled' && this.#own ? this.#own.splits.train.count : bundledPictures.train;
  }

  /** Puts back pictures of an earlier visit. */
  restore(dataset: Dataset, source: PictureSource): void {
    if (this.#own) return;
    this.#own = dataset;
    this.#source = source;
  }

  /** Reads an IDX pair. */
  async readIdx(images: File, labels: File): Promise<void> {
    await this.#read(async () => {
      const { readIdxDataset } = await import('$lib/data/idx');
      const pair = { images: await named(images), labels: await named(labels) };
      return readIdxDataset({ id: images.name, pair, seed: 1 });
    });
  }

  /** Reads a folder of pictures, one subfolder a class, every picture brought to `shape`. */
  async readFolder(files: readonly File[], shape: Shape): Promise<void> {
    await this.#read(async () => {
      const [{ readFolder }, { decodePicture }] = await Promise.all([import('$lib/data/folder'), import('./decode')]);
      const first = files[0]?.webkitRelativePath.split('/')[0];
      const entries = files.map((file) => ({
        path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name,
        bytes: async () => new Uint8Array(await file.arrayBuffer())
      }));
      const read = await readFolder({ name: first ?? '', entries, shape, decode: decodePicture, seed: 1 });
      this.#unreadable = read.unreadable.length;
      if (read.kind === 'bad') throw new Error(read.message);
      return read.dataset;
    });
  }

  async #read(open: () => Promise<Dataset>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = '';
    this.#unreadable = 0;
    try {
      this.#own = await open();
      this.keep(this.#own);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.#busy = false;
    }
  }
}

const named = async (file: File): Promise<NamedBytes> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer())
});
