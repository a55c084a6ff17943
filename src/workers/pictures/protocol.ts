/** @file Workers: reading a person's own pictures, as messages. */
import type { Shape } from '$lib/arch/architecture';
import type { ClassCount } from '$lib/data/class-counts';
import type { ClassSet } from '$lib/data/dataset';
import type { Unreadable } from '$lib/data/folder';
import type { Recorded } from '$lib/data/recorded';

/** A file with its path from the folder that was chosen. */
export interface ChosenFile {
  readonly path: string;
  readonly file: File;
}

/** What to read: files, frames of a camera, or what an earlier visit kept. */
export type PicturesRequest =
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly ChosenFile[]; readonly shape: Shape }
  | { readonly kind: 'recorded'; readonly name: string; readonly classes: readonly Recorded[]; readonly shape: Shape }
  | { readonly kind: 'kept' };

/** Where the decoded pictures are kept: in the browser's private files, or nowhere, and why. */
export type Kept = { readonly kind: 'files' } | { readonly kind: 'nowhere'; readonly reason: string };

/** A dataset with everything to tell about it, what is wrong, or nothing where nothing was kept. */
export type PicturesAnswer =
  | {
      readonly kind: 'ok';
      readonly dataset: ClassSet;
      readonly counts: readonly ClassCount[];
      readonly unreadable: readonly Unreadable[];
      readonly kept: Kept;
    }
  | { readonly kind: 'bad'; readonly message: string; readonly unreadable: readonly Unreadable[] }
  | { readonly kind: 'none' };

/** Pictures decoded so far, and in all. */
export type OnDecoded = (done: number, total: number) => void;
