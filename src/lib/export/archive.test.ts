import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { openZip } from '../data/zip';
import { toZip, type ArchiveFile } from './archive';

const file = (name: string, ...bytes: number[]): ArchiveFile => ({ name, bytes: Uint8Array.from(bytes) });
const words = (name: string, text: string): ArchiveFile => ({ name, bytes: new TextEncoder().encode(text) });
/** Bytes as plain lists, whatever array a reader made them of. */
const plain = (files: Record<string, Uint8Array>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, [...bytes]]));

describe('toZip(files)', () => {
  test('is read back by two readers, bytes, names and order', async () => {
    const files = [
      words('network.py', 'import torch\n'.repeat(100)),
      file('weights/network.safetensors', 0, 255, 1, 254),
      words('Mobilität · 小.json', '{}'),
      file('empty.bin')
    ];
    const zip = toZip(files);
    const wanted = Object.fromEntries(files.map(({ name, bytes }) => [name, [...bytes]]));
    expect(plain(unzipSync(zip))).toEqual(wanted);
    const read = async (from = 0, to = zip.length): Promise<Uint8Array<ArrayBuffer>> =>
      new Uint8Array(zip.slice(from, to));
    const opened = await openZip({ path: 'a.zip', size: zip.length, read });
    expect(opened.map(({ path }) => path)).toEqual(files.map(({ name }) => name));
    for (const one of opened) expect([...(await one.read())]).toEqual(wanted[one.path]);
  });

  test('gives the same bytes each time, stamped 1980', () => {
    const files = [words('a.json', '{"a": 1}'), file('b.onnx', 1, 2, 3)];
    expect(toZip(files)).toEqual(toZip(files));
    // DOS date in the local header: year 0 after 1980, month 1, day 1 (APPNOTE 4.4.6).
    expect(new DataView(toZip(files).buffer).getUint16(12, true)).toBe((0 << 9) | (1 << 5) | 1);
  });

  test('deflates text and stores weights', () => {
    const zeros = new Uint8Array(10_000);
    expect(toZip([{ name: 'a.csv', bytes: zeros }]).length).toBeLessThan(300);
    expect(toZip([{ name: 'a.tflite', bytes: zeros }]).length).toBeGreaterThan(10_000);
  });

  test('brings back whatever files it is given', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}(\/[a-z][a-z0-9]{0,4})?\.(json|bin|py)$/);
    const bytes = fc.uint8Array({ maxLength: 200 });
    const files = fc.uniqueArray(fc.record({ name, bytes }), { selector: (one) => one.name, maxLength: 8 });
    fc.assert(
      fc.property(files, (all) => {
        const wanted = Object.fromEntries(all.map(({ name, bytes }) => [name, [...bytes]]));
        expect(plain(unzipSync(toZip(all)))).toEqual(wanted);
      }),
      { numRuns: 100 }
    );
  });

  test.each([
    '',
    '/etc/passwd',
    '../up.json',
    'a/../../b',
    'a//b',
    'a/./b',
    'a\\b',
    'C:/x',
    'a\0b',
    'a\nb',
    'nul.txt',
    'a/CON',
    'dot.',
    'space ',
    ' ',
    '__proto__',
    '7',
    'x'.repeat(241)
  ])('refuses the name %j', (name) => expect(() => toZip([file(name, 1)])).toThrow(/zip: name must be a plain path/));

  test('refuses a name that comes twice, in other letters, too', () => {
    expect(() => toZip([file('a.json'), file('A.JSON')])).toThrow(/once/);
  });

  test('refuses more than 1 GB before it allocates anything', () => {
    const shared = new Uint8Array(250_000_001);
    const files = ['a', 'b', 'c', 'd'].map((name) => ({ name: `${name}.bin`, bytes: shared }));
    expect(() => toZip(files)).toThrow(/1000000000 bytes/);
  });
});
