/** @file Data: ZIP archives, one entry at a time: nothing is unpacked before it is asked for, and never more than it said. */
import { Inflate } from 'fflate';
import { m } from '$paraglide/messages';
import { mostArchiveBytes, mostSetBytes } from './limits';
import { isHidden, type PictureFile } from './picture-file';
import { readDirectory, type ZipRecord } from './zip-directory';

/** Deflate cannot shrink further than this (RFC 1951: 258 bytes for two bits). */
const mostRatio = 1032;
/** Packed bytes inflated at once; what comes out of one such piece is bounded by the ratio. */
const piece = 16_384;

const crcTable = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 of ISO 3309, as ZIP and PNG use it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Inflates raw deflate bytes to exactly `size` bytes; throws as soon as more come out, or when fewer do. */
function inflateTo(size: number, packed: Uint8Array): Uint8Array {
  const out = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((chunk) => {
    if (filled + chunk.length > size) throw new Error(m.data_zip_longer({ want: size }));
    out.set(chunk, filled);
    filled += chunk.length;
  });
  for (let at = 0; at < packed.length; at += piece)
    stream.push(packed.subarray(at, at + piece), at + piece >= packed.length);
  if (filled !== size) throw new Error(m.data_zip_shorter({ want: size, got: filled }));
  return out;
}

/** Unpacks one entry; throws saying what is wrong with it. */
async function unpack(file: PictureFile, record: ZipRecord): Promise<Uint8Array> {
  const { offset, packedSize, size, method } = record;
  if (record.encrypted) throw new Error(m.data_zip_encrypted());
  if (method !== 0 && method !== 8) throw new Error(m.data_zip_method({ got: method }));
  if (size > mostSetBytes) throw new Error(m.data_zip_large({ most: mostSetBytes, got: size }));
  const possible = method === 0 ? packedSize : packedSize * mostRatio;
  if (size > possible) throw new Error(m.data_zip_shorter({ want: size, got: possible }));
  const local = await file.read(offset, offset + 30);
  const view = new DataView(local.buffer, local.byteOffset, local.byteLength);
  if (local.length < 30 || view.getUint32(0, true) !== 0x04034b50) throw new Error(m.data_zip_local({ at: offset }));
  const from = offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (!(from + packedSize <= file.size)) throw new Error(m.data_zip_cut({ want: from + packedSize, got: file.size }));
  const packed = await file.read(from, from + packedSize);
  let bytes: Uint8Array;
  try {
    bytes = method === 0 ? packed.subarray(0, size) : inflateTo(size, packed);
  } catch (cause) {
    // What fflate throws names its own code; what this file throws is a sentence already.
    if (cause instanceof Error && 'code' in cause) throw new Error(m.data_zip_deflate(), { cause });
    throw cause;
  }
  if (crc32(bytes) !== record.crc32) throw new Error(m.data_zip_crc());
  return bytes;
}

/**
 * Opens an archive: its files in the order of its directory, each unpacked when it is read. Throws naming the file, the
 * rule and the value where the directory is broken, where entries overlap, or where all of them are more than 8 GB.
 */
export async function openZip(file: PictureFile): Promise<PictureFile[]> {
  const name = file.path;
  const records = await readDirectory(file);
  const packed = records.reduce((sum, record) => sum + record.packedSize, 0);
  if (packed > file.size) throw new Error(m.data_zip_overlap({ name, want: file.size, got: packed }));
  const total = records.reduce((sum, record) => sum + record.size, 0);
  if (total > mostArchiveBytes) throw new Error(m.data_zip_total({ name, most: mostArchiveBytes, got: total }));
  const files = records.filter((record) => !record.path.endsWith('/') && !isHidden(record.path));
  return files.map((record) => ({
    path: record.path,
    size: record.size,
    read: async (from = 0, to = record.size) => (await unpack(file, record)).subarray(from, to)
  }));
}
