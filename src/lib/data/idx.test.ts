import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIdx, readIdxDataset, type NamedBytes } from './idx';

function idx(name: string, shape: readonly number[], data: ArrayLike<number>): NamedBytes {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((side, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, side));
  bytes.set(Array.from(data), 4 + 4 * shape.length);
  return { name, bytes };
}

describe('readIdx', () => {
  const good = idx(
    'images.idx',
    [2, 2, 3],
    Array.from({ length: 12 }, (_, i) => i)
  );

  test('reads big-endian sizes and bytes, plain and gzip alike', async () => {
    const plain = await readIdx(good);
    expect([plain.shape, Array.from(plain.data)]).toEqual([[2, 2, 3], Array.from({ length: 12 }, (_, i) => i)]);
    expect(await readIdx({ name: 'images.gz', bytes: gzipSync(good.bytes) })).toEqual(plain);
  });

  test.each([
    ['a foreign file', new Uint8Array([0x89, 0x50, 0x4e, 0x47]), 'x.idx: an IDX file must open with 00 00 08'],
    ['an empty file', new Uint8Array(0), 'got nothing'],
    ['a cut header', good.bytes.subarray(0, 10), 'header must be 16 bytes, got a file of 10'],
    ['a cut body', good.bytes.subarray(0, 20), '2x2x3 must be 28 bytes, got 20'],
    ['a damaged gzip', gzipSync(good.bytes).subarray(0, 25), 'whole gzip stream']
  ])('refuses %s with the rule and the value', async (_, bytes, message) => {
    await expect(readIdx({ name: 'x.idx', bytes })).rejects.toThrow(message);
  });

  test('answers any bytes with a value or an error that names the file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        const outcome = await readIdx({ name: 'fuzz.idx', bytes }).catch((error: unknown) => String(error));
        expect(typeof outcome === 'string' ? outcome : 'fuzz.idx').toContain('fuzz.idx');
      })
    );
  });
});

describe('readIdxDataset', () => {
  const labels = Array.from({ length: 24 }, (_, i) => i % 2);
  const images = idx(
    'images',
    [24, 1, 2],
    labels.flatMap((label, i) => [label * 100, i])
  );
  const pair = { images, labels: idx('labels', [24], labels) };

  test('splits a pair by seed and keeps every picture with its label', async () => {
    const data = await readIdxDataset({ id: 'mine', pair, seed: 3 });
    expect(data.shape).toEqual([1, 2, 1]);
    expect(data.classes).toEqual(['0', '1']);
    expect([data.splits.train.count, data.splits.validation.count, data.splits.test.count]).toEqual([16, 4, 4]);
    for (const split of Object.values(data.splits))
      for (let i = 0; i < split.count; i++) expect(split.images[2 * i]).toBe((split.labels[i] ?? 9) * 100);
  });

  test('reports on the test pair when there is one', async () => {
    const data = await readIdxDataset({ id: 'mine', pair, test: pair, seed: 3 });
    expect(data.splits.test.count).toBe(24);
    expect(Array.from(data.splits.test.labels)).toEqual(labels);
  });

  test('refuses labels of another count', async () => {
    const wrong = { images, labels: idx('few', [2], [0, 1]) };
    await expect(readIdxDataset({ id: 'mine', pair: wrong, seed: 3 })).rejects.toThrow('few: must have one label');
  });

  test('refuses a single class', async () => {
    const one = { images, labels: idx('fives', [24], new Array(24).fill(5)) };
    const message = 'fives: must have pictures of at least two classes, got 24 of class 5 alone';
    await expect(readIdxDataset({ id: 'mine', pair: one, seed: 3 })).rejects.toThrow(message);
    const few = 'fives: must have at least two classes to train on, got 20 pictures of class 5 alone';
    await expect(readIdxDataset({ id: 'mine', pair: one, test: pair, seed: 3 })).rejects.toThrow(few);
  });
});
