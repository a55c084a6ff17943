/** @file Own pictures in a real browser: read in a worker, kept in private files, back after a reload; a camera that is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cifarBatch, idxFile, npyFile } from '../../src/lib/data/pictures.fixture';
import { startApp, type App } from '../support/app';
import { smallPictures } from '../support/small-pictures';

let app: App;
const folder = mkdtempSync(join(tmpdir(), 'bneck-pictures-'));
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const square = (value: number): Uint8Array =>
  encode({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(value) });
/** A PNG whose header says 60,000 x 60,000 and which holds nothing else. */
const vast = (): Uint8Array => {
  const bytes = square(1).slice(0, 60);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, 60_000);
  view.setUint32(20, 60_000);
  return bytes;
};
const pictures: Record<string, Uint8Array> = Object.fromEntries(
  Array.from({ length: 24 }, (_, i) => [`${i % 2 ? 'dark' : 'bright'}/${i}.png`, square(i % 2 ? 10 : 240)])
);

async function panels(page: Page) {
  const region = page.getByRole('region', { name: 'Train, measure, search, prune' });
  await region.getByRole('tab', { name: 'Train' }).click();
  return region;
}

const read = '16 pictures to train on, 4 to check on, 2 classes, 32 × 32 × 3';

describe('a folder', () => {
  test('is read with its unreadable files listed, kept, and back after a reload', async () => {
    const at = join(folder, 'lamps');
    for (const [path, bytes] of Object.entries({
      ...pictures,
      'dark/vast.png': vast(),
      'dark/torn.png': square(3).slice(0, 50)
    })) {
      mkdirSync(join(at, path, '..'), { recursive: true });
      writeFileSync(join(at, path), bytes);
    }
    const { page, problems } = await app.open();
    const region = await panels(page);
    await region.getByLabel('pictures', { exact: true }).selectOption({ label: 'a folder of yours' });
    await region.locator('input[webkitdirectory]').setInputFiles(at);
    await region.getByText(read).waitFor();
    await region.getByText('Files that were not read: 2').click();
    expect((await region.locator('details li').allTextContents()).sort()).toEqual([
      expect.stringContaining('dark/torn.png'),
      'dark/vast.png must have at most 50 megapixels, got 60000 × 60000 = 3600'
    ]);
    expect(await region.getByRole('row').filter({ hasText: 'bright' }).locator('.n').allTextContents()).toEqual([
      '8',
      '2',
      '2'
    ]);

    await page.reload({ waitUntil: 'networkidle' });
    await (await panels(page)).getByText(read).waitFor();
    expect(await region.getByText('Files that were not read: 2').count()).toBe(1);
    const names = await page.evaluate(async () => {
      const kept = await (await navigator.storage.getDirectory()).getDirectoryHandle('pictures');
      const found: string[] = [];
      for await (const name of (kept as unknown as { keys(): AsyncIterable<string> }).keys()) found.push(name);
      return found;
    });
    expect(names.filter((name) => name.endsWith('.u8'))).toHaveLength(1);
    expect(problems.consoleErrors).toEqual([]);
    await page.context().close();
  });
});

const answers = Uint8Array.from({ length: 24 }, (_, i) => i % 2);
const gray = (height: number, width: number) => ({
  shape: [24, height, width],
  pixels: Uint8Array.from({ length: 24 * height * width }, (_, i) => (i * 7) & 255)
});
const arrays = (height: number, width: number): Record<string, Uint8Array> => {
  const { shape, pixels } = gray(height, width);
  return { 'x_train.npy': npyFile('|u1', shape, pixels), 'y_train.npy': npyFile('|u1', [24], answers) };
};
const idx = gray(6, 5);
const formats = Object.entries(smallPictures).flatMap(([format, bytes]): [string, Uint8Array][] => [
  [`a/1.${format}`, bytes],
  [`b/2.${format}`, bytes]
]);
const halves = '16 pictures to train on, 4 to check on, 2 classes';
/** Good files of every kind, and what is told of them. */
const good: readonly (readonly [string, Record<string, Uint8Array>])[] = [
  [
    `${halves}, 6 × 5 × 1`,
    { 'images-idx3-ubyte': idxFile(idx.shape, idx.pixels), 'labels-idx1-ubyte': idxFile([24], answers) }
  ],
  [`${halves}, 5 × 6 × 1`, { 'lamps.npz': zipSync(arrays(5, 6)) }],
  [`${halves}, 4 × 7 × 1`, arrays(4, 7)],
  ['18 pictures to train on, 3 to check on, 10 classes, 32 × 32 × 3', { 'data_batch_1.bin': cifarBatch(24, 10) }],
  ['8 pictures to train on, 2 to check on, 2 classes, 32 × 32 × 3', { 'all.zip': zipSync(Object.fromEntries(formats)) }]
];

describe('files', () => {
  test('an IDX pair, an NPZ, NumPy arrays, a CIFAR batch and a picture of every format are read whole', async () => {
    const { page, problems } = await app.open();
    const region = await panels(page);
    await region
      .getByLabel('pictures', { exact: true })
      .selectOption({ label: 'files of yours: ZIP, NPZ, IDX, CIFAR' });
    for (const [message, files] of good) {
      const chosen = Object.entries(files).map(([name, bytes]) => ({ name, mimeType: '', buffer: Buffer.from(bytes) }));
      await region.locator('input[type=file]').setInputFiles(chosen);
      await region.getByText(message).waitFor();
      expect(await region.getByText('Files that were not read').count()).toBe(0);
      expect(await region.getByRole('alert').count()).toBe(0);
    }
    expect(problems.consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('a ZIP is read; broken ones are refused in words and leave it', async () => {
    const { page, problems } = await app.open();
    const region = await panels(page);
    await region
      .getByLabel('pictures', { exact: true })
      .selectOption({ label: 'files of yours: ZIP, NPZ, IDX, CIFAR' });
    const choose = (name: string, bytes: Uint8Array) =>
      region.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer: Buffer.from(bytes) });
    await choose('lamps.zip', zipSync(pictures));
    await region.getByText(read).waitFor();
    for (const [name, bytes, message] of [
      ['torn.zip', zipSync(pictures).slice(0, 900), 'torn.zip: must end as a ZIP archive does'],
      ['data_batch_1.bin', new Uint8Array(4000), 'data_batch_1.bin: must be whole records of 3073 bytes, got 4000'],
      ['a.idx', Uint8Array.from([0, 0, 9, 1]), 'a.idx: an IDX file must open with 00 00 08']
    ] as const) {
      await choose(name, bytes);
      await region.getByRole('alert').getByText(message).waitFor();
    }
    await choose('lamps.zip', zipSync(pictures));
    await region.getByText(read).waitFor();
    expect(await region.getByRole('alert').count()).toBe(0);
    expect(problems.consoleErrors).toEqual([]);
    await page.context().close();
  });
});

describe('the camera', () => {
  test('that is refused is told in words', async () => {
    const { page, problems } = await app.open();
    const region = await panels(page);
    await region.getByLabel('pictures', { exact: true }).selectOption({ label: 'your camera' });
    await region.getByRole('button', { name: 'Turn on the camera' }).click();
    await region
      .getByRole('alert')
      .getByText(/camera/)
      .waitFor();
    expect(problems.policyViolations).toEqual([]);
    await page.context().close();
  });
});
