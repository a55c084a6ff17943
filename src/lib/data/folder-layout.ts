/** @file Data: which class and split each file of a picture folder belongs to, from its path alone. */
import { m } from '$paraglide/messages';
import type { SplitName } from './dataset';

/** A picture file: its index in the list, its class and, where the folders say so, its split. */
export interface Placed {
  readonly index: number;
  readonly className: string;
  readonly split: SplitName | null;
}

export interface FolderLayout {
  readonly placed: readonly Placed[];
  /** Pictures that lie in no class folder. */
  readonly misplaced: readonly { readonly path: string; readonly reason: string }[];
}

const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;
const SPLIT_FOLDERS = new Map<string, SplitName>([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test']
]);

/**
 * Places pictures by their paths: the folder holding a picture is its class, a train/validation/test folder right
 * above names the split. Hidden files and other kinds are passed over; a picture beside class folders is misplaced.
 */
export function placeFiles(paths: readonly string[]): FolderLayout {
  const files = paths.flatMap((path, index) => {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const hidden = parts.some((part) => part.startsWith('.') || part === '__MACOSX');
    return hidden || !PICTURE.test(path) ? [] : [{ path, index, folders: parts.slice(0, -1) }];
  });
  const parents = new Set<string>();
  for (const { folders } of files)
    for (let depth = 0; depth < folders.length; depth++) parents.add(folders.slice(0, depth).join('/'));

  const placed: Placed[] = [];
  const misplaced: { path: string; reason: string }[] = [];
  for (const { path, index, folders } of files) {
    const className = folders[folders.length - 1];
    if (className === undefined || parents.has(folders.join('/')))
      misplaced.push({ path, reason: m.data_beside_classes() });
    else
      placed.push({
        index,
        className,
        split: SPLIT_FOLDERS.get(folders[folders.length - 2]?.toLowerCase() ?? '') ?? null
      });
  }
  return { placed, misplaced };
}
