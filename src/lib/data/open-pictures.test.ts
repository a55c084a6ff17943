import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { FolderResult } from './folder';
import { openPictures } from './open-pictures';
import type { PictureFile } from './picture-file';
import { bmp, cifarBatch, fileOfBytes, idxFile, npyFile } from './pictures.fixture';

/** Decodes the fixture's pictures: the colour of the first pixel everywhere. */
const decode = (bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> => {
  if (bytes.length < 57) return Promise.reject(new Error('cut'));
  const [b = 0, g = 0, r = 0] = bytes.subarray(54, 57);
  return Promise.resolve(Uint8Array.from({ length: 4 * width * height }, (_, i) => [r, g, b, 255][i % 4]!));
};

const open = (files: Record<string, Uint8Array>, name = 'mine'): Promise<FolderResult> =>
  openPictures({
    name,
    files: Object.entries(files).map(([path, bytes]): PictureFile => fileOfBytes(path, bytes)),
    shape: [2, 2, 3],
    decode,
    seed: 1
  });

const pets = Object.fromEntries(
  Array.from({ length: 24 }, (_, i) => [`pets/${i % 2 ? 'dog' : 'cat'}/${i}.bmp`, bmp(4, 4, i % 2 ? 200 : 100)])
);
const images = Uint8Array.from({ length: 24 * 4 }, (_, i) => (Math.floor(i / 4) % 2) * 100 + i / 4);
const answers = Uint8Array.from({ length: 24 }, (_, i) => i % 2);
const idxPair = { 'a-images': idxFile([24, 2, 2], images), 'a-labels': idxFile([24], answers) };
const npy = { x: npyFile('|u1', [24, 2, 2], images), y: npyFile('|u1', [24], answers) };
const batch = cifarBatch(24, 10);

describe('openPictures recognises', () => {
  test.each<[string, Record<string, Uint8Array>, number[], string[]]>([
    ['a folder with a subfolder for each class', pets, [2, 2, 3], ['cat', 'dog']],
    ['a ZIP of such a folder', { 'pets.zip': zipSync(pets) }, [2, 2, 3], ['cat', 'dog']],
    ['an IDX pair, by what the files hold', idxPair, [2, 2, 1], ['0', '1']],
    [
      'a gzip IDX pair in a ZIP',
      { 'a.zip': zipSync({ i: gzipSync(idxPair['a-images']), l: idxPair['a-labels'] }) },
      [2, 2, 1],
      ['0', '1']
    ],
    [
      'class names beside an IDX pair',
      { ...idxPair, 'classes.txt': Buffer.from('shirt\nshoe\n') },
      [2, 2, 1],
      ['shirt', 'shoe']
    ],
    [
      'NumPy arrays in an NPZ',
      { 'a.npz': zipSync({ 'images.npy': npy.x, 'labels.npy': npy.y }) },
      [2, 2, 1],
      ['0', '1']
    ],
    ['NumPy arrays side by side', { 'x_train.npy': npy.x, 'y_train.npy': npy.y }, [2, 2, 1], ['0', '1']],
    [
      'CIFAR batches',
      { 'data_batch_1.bin': batch, 'readme.html': new Uint8Array(9) },
      [32, 32, 3],
      Array.from('0123456789')
    ]
  ])('%s', async (_, files, shape, classes) => {
    const read = await open(files);
    if (read.kind === 'bad') throw new Error(read.message);
    const { dataset, counts } = read;
    expect([dataset.shape, dataset.classes]).toEqual([shape, classes]);
    expect(counts.reduce((sum, { train, validation, test }) => sum + train + validation + test, 0)).toBe(24);
    expect(counts.map(({ name }) => name)).toEqual(classes);
  });

  test('a ZIP as the very same dataset as its folder', async () => {
    const [folder, zip] = [await open(pets), await open({ 'pets.zip': zipSync(pets) })];
    expect(folder.kind === 'ok' && zip.kind === 'ok' && zip.dataset.sha256).toBe(
      folder.kind === 'ok' && folder.dataset.sha256
    );
  });
});

test('files that cannot be read are listed with the reason, and the rest is read', async () => {
  const read = await open({
    ...pets,
    'pets/cat/empty.png': new Uint8Array(0),
    'pets/cat/text.png': Buffer.from('hello'),
    'pets/cat/cut.bmp': bmp(4, 4, 1).subarray(0, 40),
    'pets/dog/vast.bmp': bmp(60_000, 60_000, 1),
    'pets/dog/.hidden.png': new Uint8Array(3)
  });
  expect(read.kind).toBe('ok');
  expect(read.unreadable.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
    'pets/cat/empty.png: must be a picture, got an empty file',
    'pets/cat/text.png: must begin as a PNG, JPEG, WebP, GIF, BMP or AVIF file does',
    'pets/cat/cut.bmp: cut',
    'pets/dog/vast.bmp: must have at most 50 megapixels, got 60000 × 60000 = 3600'
  ]);
});

describe('openPictures refuses', () => {
  const lone = { 'pets/cat/1.bmp': bmp(4, 4, 1), 'pets/cat/2.bmp': bmp(4, 4, 2) };
  test.each<[string, Record<string, Uint8Array>, string]>([
    ['an empty folder', {}, 'folder mine: must hold one subfolder of pictures for each class, got an empty folder'],
    ['one class', lone, 'folder mine: must have pictures of at least two classes, got '],
    ['unknown files', { 'a.xyz': Buffer.from('words'), 'b.xyz': Buffer.from('w') }, 'got 2 other files (a.xyz)'],
    [
      'a cut CIFAR batch',
      { 'data_batch_1.bin': batch.subarray(0, 5000) },
      'data_batch_1.bin: must be whole records of 3073 bytes, got 5000 bytes: 1 records and a rest'
    ],
    ['half an IDX pair', { i: idxPair['a-images'] }, 'got 1 images and 0 labels files'],
    ['an archive in an archive', { 'a.zip': zipSync({ 'b.zip': zipSync(pets) }) }, 'got another archive: b.zip'],
    ['a cut archive', { 'a.zip': zipSync(pets).subarray(0, 500) }, 'a.zip: must end as a ZIP archive does'],
    [
      'arrays of other names',
      { 'a.npz': zipSync({ 'what.npy': npy.x }) },
      'must have images under x_train, images or the like, got the keys what'
    ],
    [
      'pictures without labels',
      { 'a.npz': zipSync({ 'x_train.npy': npy.x }) },
      'must come with labels of the same split, got the keys x_train'
    ]
  ])('%s in words', async (_, files, message) => {
    const read = await open(files);
    expect(read.kind === 'bad' && read.message).toContain(message);
  });

  test('a set that would not fit in memory, before it reads a picture', async () => {
    const files = ['a', 'b'].map((name) => ({
      path: `${name}/1.bmp`,
      size: 10,
      read: () => Promise.reject(new Error('was read'))
    }));
    const read = await openPictures({ name: 'mine', files, shape: [20_000, 20_000, 3], decode, seed: 1 });
    expect(read).toEqual({
      kind: 'bad',
      message: 'mine: 2 pictures of 20000×20000×3 must fit in 1073741824 bytes, got 2400000000',
      unreadable: []
    });
  });
});
