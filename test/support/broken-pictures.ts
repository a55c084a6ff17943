/** @file Test support: breaks good files in every way a disk, a download or an attacker would, and reads them. */
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { expect } from 'vitest';
import { decodePicture } from '../../src/cli/decode-node';
import type { FolderResult } from '../../src/lib/data/folder';
import { openPictures } from '../../src/lib/data/open-pictures';
import { readPictureHeader } from '../../src/lib/data/picture-header';
import { bmp, cifarBatch, fileOfBytes, idxFile, npyFile } from '../../src/lib/data/pictures.fixture';
import { timed } from './hostile';
import { smallPictures } from './small-pictures';

/** One way to break a file; `at` and `length` are shares of it. */
type Break =
  | { readonly kind: 'byte'; readonly at: number; readonly value: number }
  | { readonly kind: 'number'; readonly at: number; readonly value: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop' | 'double' | 'zero'; readonly at: number; readonly length: number };

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const extreme = fc.constantFrom(0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff);
const breakArb: fc.Arbitrary<Break> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('byte'), at: share, value: fc.nat(255) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('number'), at: share, value: extreme }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut'), at: share }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('drop', 'double', 'zero'), at: share, length: share }) }
);

function broken(file: Uint8Array, by: readonly Break[]): Uint8Array {
  let bytes = file.slice();
  for (const one of by) {
    const at = Math.floor(one.at * bytes.length);
    if (one.kind === 'byte') bytes[at] = one.value;
    else if (one.kind === 'cut') bytes = bytes.slice(0, at);
    else if (one.kind === 'number') {
      for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = (one.value >>> (8 * i)) & 255;
    } else {
      const end = Math.min(bytes.length, at + Math.ceil(one.length * 64));
      const middle = bytes.slice(at, end);
      if (one.kind === 'zero') bytes.fill(0, at, end);
      else {
        const parts = one.kind === 'drop' ? [] : [middle, middle];
        bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(end)]));
      }
    }
  }
  return bytes;
}

/** A good file and what reads it: the answer is a result that names what is wrong, never a throw. */
export interface Reader {
  readonly good: Uint8Array;
  readonly read: (bytes: Uint8Array) => Promise<{ readonly kind: string; readonly message?: string }>;
}

const decode = (bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> =>
  Promise.resolve(new Uint8Array(4 * width * height).fill(bytes[54] ?? 0));

/** Opens files under the names given, as the page and the command line do. */
export const open = (files: Record<string, Uint8Array>): Promise<FolderResult> =>
  openPictures({
    name: 'broken',
    files: Object.entries(files).map(([path, bytes]) => fileOfBytes(path, bytes)),
    shape: [2, 2, 3],
    decode,
    seed: 1
  });

const pictures = Object.fromEntries(
  Array.from({ length: 6 }, (_, i) => [`${i % 2 ? 'a' : 'b'}/${i}.bmp`, bmp(4, 4, i)])
);
const images = Uint8Array.from({ length: 48 }, (_, i) => i);
const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 2);
const [idxImages, idxLabels] = [idxFile([12, 2, 2], images), idxFile([12], labels)];
const npyLabels = npyFile('|u1', [12], labels);
const halves = (bytes: Uint8Array, at: number) => [bytes.subarray(0, at), bytes.subarray(at)] as const;

/** What tells a picture's size before it is decoded, in every format. */
const headers = Object.entries(smallPictures).map(([format, good]): [string, Reader] => {
  const read = (bytes: Uint8Array) => {
    const found = readPictureHeader(bytes);
    return Promise.resolve(found.kind === 'bad' ? { kind: 'bad', message: found.reason } : found);
  };
  return [`the header of a ${format.toUpperCase()}`, { good, read }];
});

/** The command line's decoders, which throw what a folder then lists. */
const decoders = (['png', 'jpeg'] as const).map((format): [string, Reader] => {
  const read = (bytes: Uint8Array) =>
    decodePicture(bytes, 4, 4).then(
      () => ({ kind: 'ok' }),
      (error: unknown) => ({ kind: 'bad', message: String(error) })
    );
  return [`the pixels of a ${format.toUpperCase()}`, { good: smallPictures[format], read }];
});

/** Every reader of own pictures by its name. */
export const readers: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries([...headers, ...decoders]),
  'a picture folder': {
    good: bmp(4, 4, 1),
    read: async (bytes) => {
      const read = await open({ ...pictures, 'a/x.bmp': bytes });
      const [unreadable] = read.unreadable;
      return unreadable ? { kind: 'bad', message: unreadable.reason } : read;
    }
  },
  'a ZIP of a folder': { good: zipSync(pictures), read: (bytes) => open({ 'a.zip': bytes }) },
  'a stored ZIP': { good: zipSync(pictures, { level: 0 }), read: (bytes) => open({ 'a.zip': bytes }) },
  'an NPZ': {
    good: zipSync({ 'images.npy': npyFile('|u1', [12, 2, 2], images), 'labels.npy': npyLabels }),
    read: (bytes) => open({ 'a.npz': bytes })
  },
  'arrays of an NPZ': {
    good: npyFile('<f4', [12, 2, 2], Float32Array.from(images)),
    read: (bytes) => open({ 'x_train.npy': bytes, 'y_train.npy': npyLabels })
  },
  'labels of an NPZ': {
    good: npyFile('<i8', [12], BigInt64Array.from(labels, BigInt)),
    read: (bytes) => open({ 'x_train.npy': npyFile('|u1', [12, 2, 2], images), 'y_train.npy': bytes })
  },
  'an IDX pair': {
    good: Uint8Array.from([...idxImages, ...idxLabels]),
    read: (bytes) => {
      const [first, second] = halves(bytes, idxImages.length);
      return open({ images: first, labels: second });
    }
  },
  'gzip IDX images': {
    good: gzipSync(idxImages),
    read: (bytes) => open({ 'images.gz': bytes, labels: idxLabels })
  },
  'a batch of CIFAR-10': {
    good: cifarBatch(12, 10),
    read: (bytes) => open({ 'data_batch_1.bin': bytes })
  },
  'a batch of CIFAR-100': {
    good: cifarBatch(12, 100),
    read: (bytes) => open({ 'train.bin': bytes })
  }
};

/** More than this is held by no file of a few kilobytes. */
const mostBytes = 512e6;

/** Reads many broken files: each is answered, in words when it is refused, in time and with little memory. */
export async function tryBroken({ good, read }: Reader, runs: { numRuns: number; seed: number }): Promise<void> {
  expect((await read(good)).kind).toBe('ok');
  let refused = 0;
  let slowest = 0;
  const held = process.memoryUsage().arrayBuffers;
  await fc.assert(
    fc.asyncProperty(fc.array(breakArb, { minLength: 1, maxLength: 4 }), async (by) => {
      const { answer, ms } = await timed(read, broken(good, by));
      slowest = Math.max(slowest, ms);
      expect(ms).toBeLessThan(200);
      expect(process.memoryUsage().arrayBuffers - held).toBeLessThan(mostBytes);
      if (answer.kind === 'ok') return;
      expect(answer.kind).toBe('bad');
      expect(answer.message).toMatch(/\S{2,} \S{2,}/);
      // A value of the file, named as such, may be no number.
      expect(answer.message).not.toMatch(/undefined|(?<!got )NaN|\[object/);
      refused++;
    }),
    runs
  );
  process.stdout.write(`${runs.numRuns} broken files: ${refused} refused, slowest ${slowest.toFixed(0)} ms\n`);
  expect(refused).toBeGreaterThan(0);
}
