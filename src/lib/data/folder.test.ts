import { describe, expect, test } from 'vitest';
import { readFolder, type FolderEntry } from './folder';
import { placeFiles } from './folder-layout';

/** A picture format of one byte: that gray everywhere; 255 cannot be read. */
const decode = (bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> => {
  const gray = bytes[0] ?? 255;
  if (gray === 255) return Promise.reject(new Error('not a picture'));
  return Promise.resolve(new Uint8Array(width * height * 4).fill(gray));
};
const pictures = (folder: string, count: number, gray: number): FolderEntry[] =>
  Array.from({ length: count }, (_, i) => ({ path: `${folder}/${i}.png`, bytes: new Uint8Array([gray]) }));
const read = (entries: readonly FolderEntry[], channels = 3) =>
  readFolder({ name: 'pets', entries, shape: [2, 2, channels], decode, seed: 1 });

describe('readFolder', () => {
  test('makes each subfolder a class and splits it by seed', async () => {
    const result = await read([...pictures('pets/dog', 12, 200), ...pictures('pets/cat', 12, 100)]);
    if (result.kind === 'bad') throw new Error(result.message);
    expect(result.dataset.classes).toEqual(['cat', 'dog']);
    expect(result.counts).toEqual([
      { name: 'cat', train: 8, validation: 2, test: 2 },
      { name: 'dog', train: 8, validation: 2, test: 2 }
    ]);
    const { images, labels, count } = result.dataset.splits.train;
    for (let i = 0; i < count; i++) expect(images[i * 12]).toBe(labels[i] === 0 ? 100 : 200);
  });

  test('follows train, val and test folders', async () => {
    const result = await read([
      ...pictures('train/cat', 3, 1),
      ...pictures('train/dog', 3, 2),
      ...pictures('val/cat', 1, 1),
      ...pictures('val/dog', 1, 2),
      ...pictures('test/cat', 2, 1)
    ]);
    expect(result.kind === 'ok' && result.counts).toEqual([
      { name: 'cat', train: 3, validation: 1, test: 2 },
      { name: 'dog', train: 3, validation: 1, test: 0 }
    ]);
  });

  test('turns colour to luma when one channel is wanted', async () => {
    const green = (): Promise<Uint8Array> =>
      Promise.resolve(Uint8Array.from({ length: 16 }, (_, i) => [0, 255, 0, 255][i % 4] ?? 0));
    const entries = [...pictures('a', 4, 1), ...pictures('b', 4, 1)];
    const result = await readFolder({ name: 'x', entries, shape: [2, 2, 1], decode: green, seed: 1 });
    expect(result.kind === 'ok' && result.dataset.splits.train.images[0]).toBe(Math.round(0.587 * 255));
  });

  test('lists unreadable and misplaced files and goes on without them', async () => {
    const broken = { path: 'pets/cat/broken.jpg', bytes: new Uint8Array([255]) };
    const late = { path: 'pets/dog/late.png', bytes: () => Promise.resolve(new Uint8Array([7])) };
    const stray = { path: 'pets/readme.png', bytes: new Uint8Array([3]) };
    const result = await read([...pictures('pets/cat', 4, 1), ...pictures('pets/dog', 4, 2), broken, late, stray]);
    expect(result.unreadable.map((file) => file.path)).toEqual(['pets/readme.png', 'pets/cat/broken.jpg']);
    expect(result.kind === 'ok' && result.counts.map((c) => c.train + c.validation + c.test)).toEqual([4, 5]);
  });

  test.each<[string, FolderEntry[], string]>([
    ['an empty folder', [], 'folder pets: must hold one subfolder of pictures for each class, got an empty folder'],
    ['no pictures', [{ path: 'pets/a/notes.txt', bytes: new Uint8Array(1) }], 'got 1 other files'],
    [
      'one class',
      pictures('pets/cat', 5, 1),
      'folder pets: must have pictures of at least two classes, got 5 of class cat alone'
    ],
    ['only broken pictures', [...pictures('a', 1, 255), ...pictures('b', 1, 255)], 'got 2 unreadable files'],
    [
      'one class to train on',
      [...pictures('train/cat', 4, 1), ...pictures('val/cat', 1, 1), ...pictures('val/dog', 2, 2)],
      'folder pets: must have at least two classes to train on, got 3 pictures of class cat alone'
    ],
    [
      'too few pictures',
      [...pictures('a', 1, 1), ...pictures('b', 1, 1)],
      'folder pets: every split must get pictures, got 2 pictures of 2 classes'
    ]
  ])('answers %s with a message', async (_, entries, message) => {
    const result = await read(entries);
    expect(result.kind === 'bad' && result.message).toContain(message);
  });
});

test('placeFiles passes over hidden files', () => {
  expect(placeFiles(['.git/a.png', '__MACOSX/a/b.png', 'cat/.x.png', 'cat/x.PNG']).placed).toEqual([
    { index: 3, className: 'cat', split: null }
  ]);
});
