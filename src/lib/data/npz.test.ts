import { describe, expect, test } from 'vitest';
import type { ClassSet } from './dataset';
import { readNpz } from './npz';
import { fileOfBytes, npyFile } from './pictures.fixture';

const count = 18;
const bytes = Uint8Array.from({ length: count * 12 }, (_, i) => i);
const answers = Uint8Array.from({ length: count }, (_, i) => i % 2);
const read = (arrays: Record<string, Uint8Array>): Promise<ClassSet> =>
  readNpz(
    'a.npz',
    Object.entries(arrays).map(([key, array]) => fileOfBytes(`${key}.npy`, array)),
    1
  );

/** Pictures [2, 3, 2] by their first byte, as they were before the split. */
const back = ({ splits }: ClassSet): number[][] =>
  [splits.train, splits.validation, splits.test]
    .flatMap(({ images, count: n }) =>
      Array.from({ length: n }, (_, i) => Array.from(images.subarray(i * 12, i * 12 + 12)))
    )
    .sort((a, b) => a[0]! - b[0]!);
const wanted = Array.from({ length: count }, (_, i) => Array.from(bytes.subarray(i * 12, i * 12 + 12)));
const y = npyFile('|u1', [count], answers);

/** [n, h, w, c] as [n, c, h, w]. */
const planar = Uint8Array.from(bytes, (_, i) => {
  const [n, inside] = [Math.floor(i / 12), i % 12];
  return bytes[n * 12 + (inside % 6) * 2 + Math.floor(inside / 6)]!;
});

describe('readNpz', () => {
  test.each([
    ['bytes', npyFile('|u1', [count, 2, 3, 2], bytes)],
    ['floats of 0 to 255', npyFile('<f4', [count, 2, 3, 2], Float32Array.from(bytes))],
    [
      'floats of 0 to 1',
      npyFile(
        '<f8',
        [count, 2, 3, 2],
        Float64Array.from(bytes, (value) => value / 255)
      )
    ],
    ['whole numbers', npyFile('<i4', [count, 2, 3, 2], Int32Array.from(bytes))]
  ])('reads %s', async (_, x) => {
    expect(back(await read({ images: x, labels: y }))).toEqual(wanted);
  });

  test('reads channels first, as PyTorch has them', async () => {
    const tall = npyFile('|u1', [count, 2, 2, 3], planar);
    // Channels last where the last side may be channels: 3 here; then the shape says so.
    expect((await read({ x: tall, y })).shape).toEqual([2, 2, 3]);
    const wide = Uint8Array.from({ length: count * 2 * 5 * 6 }, (_, i) => i & 255);
    const data = await read({ x: npyFile('|u1', [count, 2, 5, 6], wide), y });
    expect(data.shape).toEqual([5, 6, 2]);
    const { images } = data.splits.train;
    expect(images[1]! - images[0]!).toBe((30 + 256) % 256);
  });

  test.each([
    ['whole numbers of eight bytes', npyFile('<i8', [count], BigInt64Array.from(answers, BigInt))],
    ['a column', npyFile('<u2', [count, 1], Uint16Array.from(answers))],
    [
      'one column a class',
      npyFile(
        '<f4',
        [count, 2],
        Float32Array.from({ length: count * 2 }, (_, i) => +(answers[i >> 1] === i % 2))
      )
    ]
  ])('reads labels as %s', async (_, labels) => {
    const data = await read({ x_train: npyFile('|u1', [count, 2, 3, 2], bytes), y_train: labels });
    expect(data.classes).toEqual(['0', '1']);
    const { train } = data.splits;
    for (let i = 0; i < train.count; i++) expect(train.labels[i]).toBe(Math.round(train.images[i * 12]! / 12) % 2);
  });

  test('follows the splits that the keys name', async () => {
    const x = npyFile('|u1', [count, 2, 3, 2], bytes);
    const keras = await read({ x_train: x, y_train: y, x_test: x, y_test: y });
    expect([keras.splits.train.count, keras.splits.validation.count, keras.splits.test.count]).toEqual([14, 4, 18]);
    const all = { train_images: x, train_labels: y, val_images: x, val_labels: y, test_images: x, test_labels: y };
    const data = await read(all);
    expect([data.splits.train.count, data.splits.validation.count, data.splits.test.count]).toEqual([18, 18, 18]);
  });

  const x = npyFile('|u1', [count, 2, 3, 2], bytes);
  test.each<[string, Record<string, Uint8Array>, string]>([
    ['other keys', { what: x }, 'a.npz: must have images under x_train, images or the like, got the keys what'],
    ['no labels of the split', { x_test: x, y_train: y }, 'a.npz/x_test.npy: must come with labels of the same split'],
    ['a broken array', { x: x.subarray(0, 40), y }, 'a.npz/x.npy: must be a .npy file'],
    ['flat pictures', { x: npyFile('|u1', [count, 12], bytes), y }, 'a.npz/x.npy: images must be [n, height, width]'],
    [
      'labels out of range',
      {
        x,
        y: npyFile(
          '<i2',
          [count],
          Int16Array.from(answers, (v) => v - 1)
        )
      },
      'a.npz/y.npy: labels must be whole numbers from 0 to 255, got -1 at 0'
    ],
    [
      'too few labels',
      { x, y: npyFile('|u1', [2], answers.subarray(0, 2)) },
      'a.npz/y.npy: must have one label for each of 18 pictures of a.npz/x.npy, got 2'
    ],
    [
      'one class',
      { x, y: npyFile('|u1', [count], new Uint8Array(count).fill(2)) },
      'a.npz: must have pictures of at least two classes, got 18 of class 2 alone'
    ],
    [
      'one class to train on',
      { x_train: x, y_train: npyFile('|u1', [count], new Uint8Array(count).fill(2)), x_test: x, y_test: y },
      'a.npz: must have at least two classes to train on, got 15 pictures of class 2 alone'
    ],
    [
      'pixels of another range',
      {
        x: npyFile(
          '<f4',
          [count, 2, 3, 2],
          Float32Array.from(bytes, (v) => v / 255 - 0.5)
        ),
        y
      },
      'a.npz/x.npy: pixels must be 0 to 255 or 0 to 1, got -0.5 at 0'
    ],
    [
      'pixels that are no numbers',
      { x: npyFile('<f4', [count, 2, 3, 2], new Float32Array(bytes.length).fill(NaN)), y },
      'got NaN at 0'
    ],
    [
      'pictures of two sizes',
      { x_train: x, y_train: y, x_test: npyFile('|u1', [count, 2, 3, 1], bytes.subarray(0, count * 6)), y_test: y },
      'a.npz/x_test.npy: pictures must be 2×3×2 as in the first array, got 2×3×1'
    ],
    [
      'no pictures',
      { x: npyFile('|u1', [0, 2, 3, 2], new Uint8Array(0)), y: npyFile('|u1', [0], new Uint8Array(0)) },
      'a.npz: must hold pictures, got none'
    ]
  ])('refuses %s', async (_, arrays, message) => {
    await expect(read(arrays)).rejects.toThrow(message);
  });
});
