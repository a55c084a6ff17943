/** @file Step 8, export: several files as one zip archive, the same bytes for the same files. */
import { zipSync, type Zippable } from 'fflate';
import { m } from '$paraglide/messages';

/** A file to be packed: its path inside the archive, with / between folders. */
export interface ArchiveFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An archive is built in memory next to its files: no more than 1 GB of them. */
export const mostArchiveBytes = 1_000_000_000;

/** The first moment an archive can tell, by the clock of no place. */
const noTime = new Date(1980, 0, 1);

/** What deflate makes smaller; weights are as dense as they get. */
const loose = /\.(json|py|csv|svg|md|txt|pbtxt)$/i;

/** Names that Windows keeps for itself. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Whether every system unpacks a name as a file below the folder it is unpacked in. */
function isSafe(name: string): boolean {
  if (name.length === 0 || name.length > 240 || /[\p{Cc}\\:*?"<>|]/u.test(name)) return false;
  return name.split('/').every((part) => part.trim() !== '' && !/^\.{1,2}$|[. ]$/.test(part) && !reserved.test(part));
}

/**
 * Packs files in the given order; text is deflated, all else stored. Throws in the person's words when they are more than
 * 1 GB together, before anything is allocated, and as a mistake of the caller where a name is unsafe or comes twice.
 */
export function toZip(files: readonly ArchiveFile[]): Uint8Array {
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > mostArchiveBytes) throw new Error(m.listing_zip_large({ most: mostArchiveBytes, got: total }));
  const seen = new Set<string>();
  const entries: Zippable = {};
  for (const { name, bytes } of files) {
    // A digit alone would be sorted before its neighbours, and __proto__ would vanish.
    if (!isSafe(name) || /^\d+$|^__proto__$/.test(name))
      throw new Error(`zip: name must be a plain path, got ${JSON.stringify(name)}`);
    const key = name.normalize('NFC').toLowerCase();
    if (seen.has(key)) throw new Error(`zip: every name must come once, got ${JSON.stringify(name)} again`);
    seen.add(key);
    entries[name] = [bytes, { level: loose.test(name) ? 6 : 0, mtime: noTime }];
  }
  return zipSync(entries);
}
