import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { PictureFile } from './picture-file';
import { fileOfBytes } from './pictures.fixture';
import { crc32, openZip } from './zip';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const long = text('many words, '.repeat(1000));

/** Where the directory's record of an entry begins. */
function recordOf(zip: Uint8Array, index: number): number {
  let found = -1;
  for (let i = 0, seen = 0; i + 4 <= zip.length && found < 0; i++)
    if (zip[i] === 0x50 && zip[i + 1] === 0x4b && zip[i + 2] === 1 && zip[i + 3] === 2 && seen++ === index) found = i;
  return found;
}

/** Writes a number into the directory's record of an entry. */
function patched(
  zip: Uint8Array,
  index: number,
  field: readonly [offset: number, bytes: 2 | 4, value: number]
): Uint8Array {
  const out = zip.slice();
  const [offset, bytes, value] = field;
  const view = new DataView(out.buffer);
  if (bytes === 2) view.setUint16(recordOf(zip, index) + offset, value, true);
  else view.setUint32(recordOf(zip, index) + offset, value, true);
  return out;
}

const open = (zip: Uint8Array): Promise<PictureFile[]> => openZip(fileOfBytes('a.zip', zip));
const readAll = async (zip: Uint8Array): Promise<string[]> => {
  const out = [];
  for (const file of await open(zip)) out.push(`${file.path} ${new TextDecoder().decode(await file.read()).length}`);
  return out;
};

const good = zipSync({
  'a/one.txt': long,
  'a/two.txt': [text('stored'), { level: 0 }],
  'a/.DS_Store': text('x'),
  '__MACOSX/a': text('x')
});

/** The same archive with ZIP64 records at its end and in its entries, as tools write them for large ones. */
function zip64(): Uint8Array {
  const name = text('big.txt');
  const local = new Uint8Array(30 + name.length + long.length);
  const l = new DataView(local.buffer);
  l.setUint32(0, 0x04034b50, true);
  l.setUint16(26, name.length, true);
  local.set(name, 30);
  local.set(long, 30 + name.length);
  const central = new Uint8Array(46 + name.length + 28);
  const c = new DataView(central.buffer);
  c.setUint32(0, 0x02014b50, true);
  c.setUint32(16, crc32(long), true);
  for (const at of [20, 24, 42]) c.setUint32(at, 0xffffffff, true);
  c.setUint16(28, name.length, true);
  c.setUint16(30, 28, true);
  central.set(name, 46);
  const extra = 46 + name.length;
  c.setUint16(extra, 1, true);
  c.setUint16(extra + 2, 24, true);
  c.setBigUint64(extra + 4, BigInt(long.length), true);
  c.setBigUint64(extra + 12, BigInt(long.length), true);
  const end = new Uint8Array(56 + 20 + 22);
  const e = new DataView(end.buffer);
  e.setUint32(0, 0x06064b50, true);
  e.setBigUint64(32, 1n, true);
  e.setBigUint64(40, BigInt(central.length), true);
  e.setBigUint64(48, BigInt(local.length), true);
  e.setUint32(56, 0x07064b50, true);
  e.setBigUint64(64, BigInt(local.length + central.length), true);
  e.setUint32(76, 0x06054b50, true);
  e.setUint16(86, 0xffff, true);
  e.setUint32(88, 0xffffffff, true);
  e.setUint32(92, 0xffffffff, true);
  return Uint8Array.from([...local, ...central, ...end]);
}

describe('openZip', () => {
  test('reads stored and deflated entries, and passes over hidden ones', async () => {
    expect(await readAll(good)).toEqual([`a/one.txt ${long.length}`, 'a/two.txt 6']);
  });

  test('reads ZIP64, and an archive with a comment', async () => {
    expect(await readAll(zip64())).toEqual([`big.txt ${long.length}`]);
    const commented = Uint8Array.from([...good, ...text('hello')]);
    new DataView(commented.buffer).setUint16(good.length - 2, 5, true);
    expect(await readAll(commented)).toHaveLength(2);
  });

  test('reads only what is asked for', async () => {
    const spans: number[] = [];
    const zip = fileOfBytes('a.zip', good);
    const watched: PictureFile = {
      ...zip,
      read: (from = 0, to = zip.size) => {
        spans.push(to - from);
        return zip.read(from, to);
      }
    };
    const [, stored] = await openZip(watched);
    const before = spans.length;
    await stored?.read();
    expect(spans.slice(before)).toEqual([30, 6]);
  });
});

describe('a ZIP that lies', () => {
  test.each<[string, Uint8Array, string]>([
    ['unpacks to more than it says', patched(good, 0, [24, 4, 100]), 'must unpack to 100 bytes, got more'],
    [
      'unpacks to less than it says',
      patched(good, 0, [24, 4, 12_001]),
      'must unpack to 12001 bytes, got at most 12000'
    ],
    [
      'says a gigabyte of a few bytes',
      patched(good, 0, [24, 4, 2 ** 30]),
      'must unpack to 1073741824 bytes, got at most'
    ],
    ['says more than a set may have', patched(good, 0, [24, 4, 2 ** 31]), 'must unpack to at most 1073741824 bytes'],
    ['has another checksum', patched(good, 0, [16, 4, 1]), 'must have the checksum it was packed with'],
    ['is encrypted', patched(good, 0, [8, 2, 1]), 'must not be encrypted'],
    ['is packed by an unknown method', patched(good, 0, [10, 2, 12]), 'got method 12'],
    ['points at another place', patched(good, 0, [42, 4, 9]), 'must begin at byte 9 of the archive'],
    ['points behind its end', patched(good, 0, [42, 4, 0x7fffffff]), 'must begin at byte 2147483647'],
    ['has a damaged stream', good.map((byte, i) => (i > 45 && i < 60 ? 255 : byte)), 'must be']
  ])('because an entry %s is opened, and that entry refused in words', async (_, zip, message) => {
    const [entry] = await open(zip);
    await expect(entry?.read()).rejects.toThrow(message);
  });

  test.each<[string, Uint8Array, string]>([
    ['whose entries overlap, as zip bombs do', patched(good, 1, [20, 4, 1e6]), 'a.zip: entries must not overlap'],
    [
      'that would fill a disk',
      patched(patched(patched(good, 0, [24, 4, 4e9]), 1, [24, 4, 4e9]), 2, [24, 4, 4e9]),
      'a.zip: must unpack to at most 8000000000 bytes, got 1200'
    ],
    [
      'with more entries than it has room for',
      good.map((byte, i) => (i === good.length - 12 ? 200 : byte)),
      'entry 5 of the directory must be whole'
    ],
    ['that is no archive', text('hello'), 'a.zip: must end as a ZIP archive does']
  ])('%s is refused as a whole', async (_, zip, message) => {
    await expect(open(zip)).rejects.toThrow(message);
  });
});
