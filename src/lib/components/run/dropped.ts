/** @file Components: the files of a picker or a drop, folders walked through, each with its path. */

/** A file with its path from the folder that was chosen. */
export interface Chosen {
  readonly path: string;
  readonly file: File;
}

/** What was chosen together, under the name of the folder or the first file. */
export interface ChosenSet {
  readonly name: string;
  readonly files: readonly Chosen[];
}

/** Files of a picker; those of a folder lose the folder's own name, which becomes the set's. */
export function ofPicker(list: FileList | null): ChosenSet | null {
  const files = [...(list ?? [])];
  const [first] = files;
  if (!first) return null;
  const folder = first.webkitRelativePath.split('/')[0];
  return {
    name: folder || first.name,
    files: files.map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name, file }))
  };
}

const readEntries = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));
const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function walk(entry: FileSystemEntry, folder: string, into: Chosen[]): Promise<void> {
  const path = folder + entry.name;
  if (entry.isFile) into.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
  if (!entry.isDirectory) return;
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader hands out a hundred entries at a time, and none at the end.
  for (let some = await readEntries(reader); some.length > 0; some = await readEntries(reader))
    for (const inner of some) await walk(inner, `${path}/`, into);
}

/** Files and folders that were dropped; null when nothing of the drop is a file. */
export async function ofDrop(items: DataTransferItemList): Promise<ChosenSet | null> {
  // Entries have to be taken before the first wait: a drop is emptied when its event ends.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [first] = entries;
  if (!first) return null;
  const files: Chosen[] = [];
  for (const entry of entries) await walk(entry, '', files);
  const alone = entries.length === 1 && first.isDirectory ? `${first.name}/` : '';
  return {
    name: first.name,
    files: files.map(({ path, file }) => ({ path: path.startsWith(alone) ? path.slice(alone.length) : path, file }))
  };
}
