import { expect, test } from 'vitest';
import { mirror, normalise } from './batches';
import type { ClassSet } from './dataset';

const empty = { count: 0, images: new Uint8Array(0), labels: new Uint8Array(0) };
const images = Uint8Array.from([0, 255, 51, 102, 153, 204, 10, 20]);
const dataset: ClassSet = {
  kind: 'classes',
  id: 'two',
  name: 'Two pictures of 2 x 1 with 2 channels',
  shape: [1, 2, 2],
  classes: ['a', 'b'],
  sha256: '',
  mean: [0.2, 0.5],
  std: [0.5, 0.25],
  splits: { train: { count: 2, images, labels: Uint8Array.from([0, 1]) }, validation: empty, test: empty }
};

test('pictures are normalised per channel, in the order asked for', () => {
  const out = new Float32Array(8);
  expect(normalise(dataset, 'train', [1, 0], out)).toEqual({ labels: Uint8Array.from([1, 0]) });
  const by = (value: number, c: number): number => (value / 255 - dataset.mean[c]!) / dataset.std[c]!;
  const wanted = [153, 204, 10, 20, 0, 255, 51, 102].map((value, i) => by(value, i % 2));
  for (const [i, value] of wanted.entries()) expect(out[i]).toBeCloseTo(value, 5);
});

test('a missing picture and a short buffer are refused in words', () => {
  expect(() => normalise(dataset, 'train', [2], new Float32Array(4))).toThrow(
    'picture of train: must be below 2, got 2'
  );
  expect(() => normalise(dataset, 'train', [0, 1], new Float32Array(4))).toThrow('room for 8 floats, got 4');
});

test('mirroring swaps columns of one picture and keeps channels together', () => {
  const batch = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  mirror(batch, 1, [1, 3, 2]);
  expect([...batch]).toEqual([1, 2, 3, 4, 5, 6, 11, 12, 9, 10, 7, 8]);
});
