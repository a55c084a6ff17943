/** @file Command line: the user's own pictures from a folder or a file of this machine. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { Shape } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import type { FolderResult } from '$lib/data/folder';
import { openPictures } from '$lib/data/open-pictures';
import type { PictureFile } from '$lib/data/picture-file';
import { m } from '$paraglide/messages';
import { decodePicture } from './decode-node';
import { remark } from './print';

const splitSeed = 1;

/** A file of the disk, opened for each read. */
async function diskFile(path: string, name: string): Promise<PictureFile> {
  const { size } = await stat(path);
  return {
    path: name,
    size,
    async read(from, to) {
      if (from === undefined && to === undefined) return new Uint8Array(await readFile(path));
      const [start, end] = [Math.min(from ?? 0, size), Math.min(to ?? size, size)];
      const bytes = new Uint8Array(Math.max(0, end - start));
      const file = await open(path);
      try {
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    }
  };
}

async function filesOf(path: string): Promise<PictureFile[]> {
  if (!(await stat(path)).isDirectory()) return [await diskFile(path, basename(path))];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map((file) => diskFile(file, relative(path, file).split(sep).join('/'))));
}

/**
 * Reads a picture folder, a ZIP or NPZ archive, IDX files or CIFAR batches; whatever the path holds, the answer is a
 * dataset or a message that names the path and the rule. Pictures of a folder take this shape, arrays keep their own.
 * Files that are no pictures are remarked on, one line each.
 */
export async function readOwnPictures(path: string, shape: Shape): Promise<FolderResult> {
  let files: PictureFile[];
  try {
    files = await filesOf(path);
  } catch (error) {
    const reason = reasonOf(error);
    return { kind: 'bad', message: m.cli_data_unreadable({ path, reason }), unreadable: [] };
  }
  const name = basename(resolve(path));
  const read = await openPictures({ name, files, shape, decode: decodePicture, seed: splitSeed });
  for (const { path: file, reason } of read.unreadable) remark(m.cli_picture_unread({ path: file, reason }));
  return read;
}
