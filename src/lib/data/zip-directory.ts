/** @file Data: the central directory of a ZIP archive (APPNOTE 6.3.10, §4.3-4.5), with ZIP64, every offset checked. */
import { m } from '$paraglide/messages';
import { mostFiles } from './limits';
import type { PictureFile } from './picture-file';

/** Where an entry lies and how it was packed. */
export interface ZipRecord {
  readonly path: string;
  readonly encrypted: boolean;
  /** 0 stored, 8 deflated; nothing else is read. */
  readonly method: number;
  readonly crc32: number;
  readonly packedSize: number;
  readonly size: number;
  /** Of the local header. */
  readonly offset: number;
}

/** The end of the directory and the comment after it: 22 bytes and at most 65,535. */
const mostTail = 22 + 65_535;
const full16 = 0xffff;
const full32 = 0xffffffff;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

interface Place {
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
}

/** Where the directory lies, by the record at the archive's end. */
async function findDirectory(file: PictureFile): Promise<Place> {
  const from = Math.max(0, file.size - mostTail);
  const tail = viewOf(await file.read(from, file.size));
  let at = tail.byteLength - 22;
  while (
    at >= 0 &&
    !(tail.getUint32(at, true) === 0x06054b50 && tail.getUint16(at + 20, true) <= tail.byteLength - at - 22)
  )
    at--;
  if (at < 0) throw new Error(m.data_zip_end({ name: file.path }));
  const small = {
    entries: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true)
  };
  const is64 = small.entries === full16 || small.size === full32 || small.offset === full32;
  if (!is64 || at < 20 || tail.getUint32(at - 20, true) !== 0x07064b50) return small;
  const end = uint64(tail, at - 12);
  if (!(end + 56 <= file.size))
    throw new Error(m.data_zip_outside({ name: file.path, want: file.size, got: end + 56 }));
  const record = viewOf(await file.read(end, end + 56));
  if (record.getUint32(0, true) !== 0x06064b50) throw new Error(m.data_zip_end({ name: file.path }));
  return { entries: uint64(record, 32), size: uint64(record, 40), offset: uint64(record, 48) };
}

/** Sizes and offset of an entry whose 32-bit fields are full, from its ZIP64 extra field (§4.5.3). */
function sizes64(view: DataView, extra: readonly [from: number, to: number], short: readonly number[]): number[] {
  for (let at = extra[0]; at + 4 <= extra[1];) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let next = at + 4;
      return short.map((value) => {
        if (value !== full32 || next + 8 > Math.min(end, extra[1])) return value;
        next += 8;
        return uint64(view, next - 8);
      });
    }
    at = end;
  }
  return [...short];
}

/** Reads the directory of an archive; throws naming the file, the rule and the value. */
export async function readDirectory(file: PictureFile): Promise<ZipRecord[]> {
  const name = file.path;
  const place = await findDirectory(file);
  if (place.entries > mostFiles) throw new Error(m.data_zip_entries({ name, most: mostFiles, got: place.entries }));
  const end = place.offset + place.size;
  if (!(end <= file.size)) throw new Error(m.data_zip_outside({ name, want: file.size, got: end }));
  const bytes = await file.read(place.offset, end);
  const view = viewOf(bytes);
  const records: ZipRecord[] = [];
  let at = 0;
  while (records.length < place.entries) {
    const header = at + 46 <= view.byteLength && view.getUint32(at, true) === 0x02014b50;
    const nameEnd = header ? at + 46 + view.getUint16(at + 28, true) : Infinity;
    const extraEnd = header ? nameEnd + view.getUint16(at + 30, true) : Infinity;
    if (!(extraEnd <= view.byteLength)) throw new Error(m.data_zip_entry({ name, index: records.length + 1 }));
    const short = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    const [size = 0, packedSize = 0, offset = 0] = sizes64(view, [nameEnd, extraEnd], short);
    records.push({
      path: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)).replaceAll('\\', '/'),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc32: view.getUint32(at + 16, true),
      packedSize,
      size,
      offset
    });
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return records;
}
