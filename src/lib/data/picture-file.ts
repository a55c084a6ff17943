/** @file Data: a file that can be read late and in part: from a disk, a picker, a drop or an archive. */

/** One file by its path with slashes, from the folder or archive that was chosen. */
export interface PictureFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Reads bytes `from` to `to` (exclusive), all of them when left out; rejects when the file is gone or damaged. */
  read(from?: number, to?: number): Promise<Uint8Array>;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True for what no person put there: dot files and what macOS adds to archives. */
export function isHidden(path: string): boolean {
  return path.split('/').some((part) => part === '__MACOSX' || (part.startsWith('.') && part !== '.'));
}
