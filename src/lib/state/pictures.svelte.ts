/** @file State: the pictures runs train on: the bundled set, or the user's own, read on this device. */
import type { Shape } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import { countClasses, type ClassCount } from '$lib/data/class-counts';
import type { ClassSet, Dataset } from '$lib/data/dataset';
import type { Unreadable } from '$lib/data/folder';
import { garmentScenes, sceneCount } from '$lib/data/garment-scenes';
import type { Recorded } from '$lib/data/recorded';
import { m } from '$paraglide/messages';
import type { DataChoice } from '$workers/choice';
import type { ChosenFile, PicturesAnswer, PicturesRequest } from '$workers/pictures/protocol';

/** What is known of the bundled set before it is loaded. */
export const bundledPictures = {
  id: 'fashion-mnist',
  name: 'Fashion-MNIST',
  shape: [28, 28, 1],
  classes: 10,
  train: 10_000,
  validation: 2_000
} as const satisfies { shape: Shape } & Record<string, unknown>;

/** Where pictures come from: bundled with the page, scenes composed of these, a folder, files or the camera of the user's. */
export const pictureSources = ['bundled', 'scenes', 'folder', 'files', 'camera'] as const;
export type PictureSource = (typeof pictureSources)[number];

/** Where decoded pictures are kept for the next visit; the database is for browsers without private files. */
export type PicturesKept = 'files' | 'database';

/** What was read, with everything to tell about it. */
interface Read {
  readonly dataset: ClassSet;
  readonly counts: readonly ClassCount[];
}

const client = () => import('$workers/pictures/client');

/** The choice of pictures; reading leaves the old ones in place when it fails and says why. */
export class Pictures {
  #source = $state<PictureSource>('bundled');
  #own = $state.raw<Read | null>(null);
  #busy = $state(false);
  #progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  #problem = $state('');
  #unreadable = $state.raw<readonly Unreadable[]>([]);
  #notKept = $state('');

  /** `keep` is told of every set read, and whether it still has to be put into the database. */
  constructor(private readonly keep: (dataset: ClassSet, kept: PicturesKept) => void) {}

  get source(): PictureSource {
    return this.#source;
  }
  set source(source: PictureSource) {
    this.#source = source;
  }
  get own(): ClassSet | null {
    return this.#own?.dataset ?? null;
  }
  /** Pictures of each class and split of the own set. */
  get counts(): readonly ClassCount[] {
    return this.#own?.counts ?? [];
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** Pictures decoded so far; null before the first. */
  get progress(): { readonly done: number; readonly total: number } | null {
    return this.#progress;
  }
  /** Why the last reading gave no pictures, in a sentence. */
  get problem(): string {
    return this.#problem;
  }
  /** Files of the last reading that gave no picture, with the reason. */
  get unreadable(): readonly Unreadable[] {
    return this.#unreadable;
  }
  /** Why the browser's private files do not keep the pictures; empty when they do. */
  get notKept(): string {
    return this.#notKept;
  }
  /** What a run is given; null while own pictures are chosen but none are read. */
  get data(): DataChoice | null {
    if (this.#source === 'bundled') return { kind: 'bundled', id: 'fashion-mnist' };
    if (this.#source === 'scenes') return { kind: 'bundled', id: garmentScenes.id };
    return this.own ? { kind: 'own', dataset: this.own } : null;
  }
  /** What is known of each picture chosen, and what they are called. */
  get about(): Pick<Dataset, 'kind' | 'name'> {
    if (this.#source === 'scenes') return { kind: 'scenes', name: m.data_scenes_name() };
    return { kind: 'classes', name: this.#chosen?.name ?? bundledPictures.name };
  }
  get classes(): number {
    if (this.#source === 'scenes') return garmentScenes.classes;
    return this.#chosen?.classes.length ?? bundledPictures.classes;
  }
  /** The own set, where it is the one chosen. */
  get #chosen(): ClassSet | null {
    return this.#source === 'bundled' || this.#source === 'scenes' ? null : this.own;
  }

  /** Height, width and channels of the pictures chosen; scenes are as large as the network's input. */
  shapeFor(input: Shape): Shape {
    return this.#source === 'scenes' ? input : (this.#chosen?.shape ?? bundledPictures.shape);
  }

  /** Pictures to train on. */
  trainFor(input: Shape): number {
    if (this.#source === 'scenes') return sceneCount('train', input);
    return this.#chosen?.splits.train.count ?? bundledPictures.train;
  }

  /** Puts back pictures that the database kept. */
  restore(dataset: ClassSet, source: string): void {
    if (this.#own) return;
    // A set kept by an earlier version does not say its kind: there was one.
    const own: ClassSet = { ...dataset, kind: 'classes' };
    this.#own = { dataset: own, counts: countClasses(own) };
    this.#source = pictureSources.find((known) => known === source) ?? 'files';
  }

  /** Puts back pictures that the browser's private files kept at an earlier visit; without any, nothing changes. */
  async reopen(source: string): Promise<void> {
    const known = pictureSources.find((one) => one === source);
    if (this.#own || this.#busy) return;
    if (known) this.#source = known;
    await this.#ask({ kind: 'kept' });
  }

  /** Reads a folder with one subfolder a class, or files: ZIP, NPZ, IDX, CIFAR; pictures are brought to `shape`. */
  async readFiles(name: string, files: readonly ChosenFile[], shape: Shape): Promise<void> {
    await this.#ask({ kind: 'files', name, files, shape });
  }

  /** Takes frames of the camera, class by class, each of `shape`. */
  async take(name: string, classes: readonly Recorded[], shape: Shape): Promise<void> {
    await this.#ask({ kind: 'recorded', name, classes, shape });
  }

  async #ask(request: PicturesRequest): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = '';
    this.#unreadable = [];
    this.#progress = null;
    try {
      const { readPictures } = await client();
      this.#show(await readPictures(request, (done, total) => (this.#progress = { done, total })), request.kind);
    } catch (error) {
      this.#problem = reasonOf(error);
    } finally {
      this.#busy = false;
    }
  }

  #show(answer: PicturesAnswer, asked: PicturesRequest['kind']): void {
    if (answer.kind === 'none') return;
    this.#unreadable = answer.unreadable;
    if (answer.kind === 'bad') {
      this.#problem = answer.message;
      return;
    }
    const { dataset, counts, kept } = answer;
    this.#own = { dataset, counts };
    this.#notKept = kept.kind === 'files' ? '' : kept.reason;
    if (asked !== 'kept') this.keep(dataset, kept.kind === 'files' ? 'files' : 'database');
  }
}
