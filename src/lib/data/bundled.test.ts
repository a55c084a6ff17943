import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseManifest, readBundled } from './bundled';
import type { SplitName } from './dataset';

const at = (name: string) => new URL(`../../../static/data/${name}`, import.meta.url);
const manifest: unknown = JSON.parse(readFileSync(at('fashion-mnist.json'), 'utf8'));
const bytes = new Uint8Array(readFileSync(at('fashion-mnist.u8.gz')));

describe('the bundled Fashion-MNIST', () => {
  test('opens in at most one second with 10,000 + 2,000 + 2,000 pictures, every class equally often', async () => {
    const started = performance.now();
    const data = await readBundled(manifest, bytes);
    const elapsedMs = performance.now() - started;
    expect(elapsedMs).toBeLessThan(1000);
    expect(data.shape).toEqual([28, 28, 1]);
    const sizes: Record<SplitName, number> = { train: 10_000, validation: 2_000, test: 2_000 };
    for (const name of ['train', 'validation', 'test'] as const) {
      const { count, images, labels } = data.splits[name];
      expect([count, images.length, labels.length]).toEqual([sizes[name], sizes[name] * 784, sizes[name]]);
      const perClass = new Array<number>(10).fill(0);
      for (const label of labels) perClass[label] = (perClass[label] ?? 0) + 1;
      expect(perClass).toEqual(new Array(10).fill(sizes[name] / 10));
    }
  });

  test('has no train picture twice in validation', async () => {
    const { splits } = await readBundled(manifest, bytes);
    const key = (images: Uint8Array, i: number) =>
      Buffer.from(images.subarray(i * 784, i * 784 + 784)).toString('latin1');
    const seen = new Set<string>();
    for (let i = 0; i < splits.train.count; i++) seen.add(key(splits.train.images, i));
    let twice = 0;
    for (let i = 0; i < splits.validation.count; i++) if (seen.has(key(splits.validation.images, i))) twice++;
    expect(twice).toBe(0);
  });

  test('states the mean and deviation of its train pictures', async () => {
    const { splits, mean, std } = await readBundled(manifest, bytes);
    let sum = 0;
    let squares = 0;
    for (const value of splits.train.images) {
      sum += value / 255;
      squares += (value / 255) ** 2;
    }
    const m = sum / splits.train.images.length;
    expect(mean[0]).toBeCloseTo(m, 5);
    expect(std[0]).toBeCloseTo(Math.sqrt(squares / splits.train.images.length - m * m), 5);
  });

  test('opens the same when the server already inflated the bytes', async () => {
    const data = await readBundled(manifest, gunzipSync(bytes));
    expect(data.splits.test.count).toBe(2_000);
  });

  test('refuses changed bytes with both fingerprints', async () => {
    const raw = gunzipSync(bytes);
    raw[5000] = (raw[5000] ?? 0) ^ 1;
    await expect(readBundled(manifest, raw)).rejects.toThrow(/sha256 must be dc5a.*, got [0-9a-f]{64}/);
  });

  test('refuses a download that broke off', async () => {
    await expect(readBundled(manifest, bytes.subarray(0, 5000))).rejects.toThrow('must be a whole gzip stream');
  });

  test('refuses a wrong length with both lengths', async () => {
    await expect(readBundled(manifest, gzipSync(Buffer.alloc(100)))).rejects.toThrow('must be 10990000 bytes, got 100');
  });
});

test.each([
  ['not an object', 7, 'the dataset manifest must be an object, got 7'],
  ['an unknown format', { ...Object(manifest), format: 2 }, 'dataset manifest format: must be 1, got 2'],
  ['no classes', { ...Object(manifest), classes: [] }, 'dataset manifest classes: must be >=2, got 0'],
  [
    'a fraction of a picture',
    { ...Object(manifest), splits: { train: 0.5, validation: 1, test: 1 } },
    'dataset manifest splits.train: must be a whole number, got 0.5'
  ],
  ['two means for one channel', { ...Object(manifest), mean: [0.1, 0.2] }, 'mean and std must have 1 values, got 2']
])('parseManifest refuses %s', (_, value, message) => {
  expect(() => parseManifest(value)).toThrow(message);
});
