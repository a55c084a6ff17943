/** @file A training through the page, in a real Chromium: paused, cut short by a reload, stopped, on another engine; the page stays free to its very end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Locator, Page } from 'playwright';
import { rngOf } from '../../src/lib/base/rng';
import { idxFile } from '../../src/lib/data/pictures.fixture';
import { startApp, type App, type OpenPage } from '../support/app';
import { layoutsPerSecond, longestTask, startTrace } from '../support/main-thread';

let app: App;
let open: OpenPage;
let page: Page;

const [count, side, classes] = [480, 28, 10];
const area = side * side;

/** Noise with a bright band where the class says. */
function bands(): { images: Uint8Array; labels: Uint8Array } {
  const rng = rngOf(3);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const images = Uint8Array.from({ length: count * area }, (_, i) => {
    const band = Math.floor(((i % area) * classes) / area);
    return rng.below(150) + (band === labels[Math.floor(i / area)] ? 80 : 0);
  });
  return { images, labels };
}

const panels = (): Locator => page.getByRole('region', { name: 'Train, measure, search, prune' });
const button = (name: string | RegExp): Locator => panels().getByRole('button', { name, exact: true });
const field = (name: string): Locator => panels().getByLabel(name, { exact: true });
const choose = (name: string, label: string): Promise<string[]> => field(name).selectOption({ label });

async function set(name: string, value: string): Promise<void> {
  await field(name).fill(value);
  await field(name).press('Enter');
}

async function begin(name: string | RegExp): Promise<void> {
  await button(name).click();
  await button('Stop and keep').waitFor();
}

async function finished(): Promise<void> {
  await button('Stop and keep').waitFor({ state: 'hidden', timeout: 90_000 });
  expect(await panels().getByRole('alert').allTextContents()).toEqual([]);
}

/** Stopped within its first epoch. */
async function beginAndStop(): Promise<void> {
  await begin('Train again');
  await panels()
    .getByText(/^epoch 1 of 50, .* pictures a second/)
    .waitFor();
  await button('Stop and keep').click();
  await finished();
}

interface Line {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}
interface From {
  readonly epochs: number;
  readonly engine: string;
  readonly validationAccuracy: number | null;
}
interface Stored {
  readonly lines: readonly Line[];
  readonly accuracy: number | null;
  readonly last: From | null;
  readonly best: From | null;
  readonly memory: boolean;
}

/** What the browser's own store holds of the training; without `whole`, only what it shows. */
const stored = (whole = true): Promise<Stored> =>
  page.evaluate(async (whole) => {
    const answer = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(String(request.error)));
      });
    const database = await answer(indexedDB.open('bneck'));
    const get = (store: string, key: string): Promise<unknown> =>
      answer(database.transaction(store).objectStore(store).get(key));
    const run = (await get('runs', 'train')) as
      { view: { lines: Line[]; report: { accuracy: number } | null } } | undefined;
    const from = async (key: string): Promise<From | null> =>
      whole ? (((await get('checkpoints', key)) as { from: From } | undefined)?.from ?? null) : null;
    const [last, best, memory] = [await from('train/last'), await from('train/best'), await from('train/memory')];
    database.close();
    const { lines, report } = run?.view ?? { lines: [], report: null };
    return { lines, accuracy: report?.accuracy ?? null, last, best, memory: memory !== null };
  }, whole);

const epochs = async (): Promise<number> => (await stored(false)).lines.length;
const reached = (number: number): Promise<void> =>
  expect.poll(epochs, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(number);

beforeAll(async () => {
  app = await startApp();
  open = await app.open();
  page = open.page;
  page.setDefaultTimeout(30_000);
  await panels()
    .getByRole('tab', { name: /^Train/ })
    .click();
  await choose('pictures', 'files of yours: ZIP, NPZ, IDX, CIFAR');
  const { images, labels } = bands();
  await panels()
    .locator('input[type=file]')
    .setInputFiles(
      [
        ['train-images-idx3-ubyte', idxFile([count, side, side], images)] as const,
        ['train-labels-idx1-ubyte', idxFile([count], labels)] as const
      ].map(([name, bytes]) => ({ name, mimeType: '', buffer: Buffer.from(bytes) }))
    );
  await panels().getByText('10 classes, 28 × 28 × 1').waitFor();
  await button('more settings').click();
  await choose('workers', '1');
  await choose('engine', 'SIMD core');
});
afterAll(() => app.close());

describe('a training in the page', () => {
  // Time that a shared machine takes from a thread counts as the thread's own: a task of ours is as long in every try.
  test(
    'leaves the main thread free over two whole epochs, until its report is drawn and kept',
    { retry: 2 },
    async () => {
      await set('epochs', '2');
      const trace = await startTrace(page);
      await begin(/^Train( again)?$/);
      await finished();
      const matrix = panels().getByRole('grid', { name: 'Confusion matrix of 10 classes' });
      await matrix.waitFor();
      // What is written goes on after the report is drawn; asking the store meanwhile would be work of its own.
      await page.waitForTimeout(3000);
      const events = await trace.stop();
      const [longest, layouts] = [longestTask(events), layoutsPerSecond(events)];
      process.stdout.write(
        `training: longest main-thread task of two epochs and their report ${longest.toFixed(1)} ms, ${layouts.toFixed(1)} layouts a second\n`
      );
      const { lines, accuracy, best, memory } = await stored();
      expect(lines).toHaveLength(2);
      expect(accuracy).toBe(best?.validationAccuracy);
      expect(memory).toBe(true);
      expect(longest).toBeLessThan(50);
      // Progress comes five times a second; what moves in between would keep a core from the training.
      expect(layouts).toBeLessThan(20);
    }
  );

  test('paused, resumed, cut short by a reload and gone on with learns what an undisturbed one learns', async () => {
    await set('epochs', '4');
    await begin('Train again');
    await finished();
    const whole = (await stored()).lines;
    expect(whole.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);

    await begin('Train again');
    await expect.poll(epochs, { timeout: 60_000, interval: 100 }).toBe(0);
    await reached(1);
    await button('Pause').click();
    await panels()
      .getByText(/, paused$/)
      .waitFor();
    await page.waitForTimeout(1000);
    const paused = await epochs();
    await page.waitForTimeout(2000);
    expect(await epochs()).toBe(paused);
    await button('Resume').click();
    await reached(2);
    await page.reload({ waitUntil: 'networkidle' });

    await panels().getByText('This run was cut short when the page closed.').waitFor();
    await set('seed', '9');
    await set('learning rate', '0.001');
    await begin('Go on');
    await finished();
    expect((await stored()).lines).toEqual(whole);
    const spent = panels().locator('dl.kv > div').filter({ hasText: 'time at work' });
    expect(await spent.textContent()).toMatch(/[1-9]\d* (s|min)/);
  });

  test('stopped in a later epoch keeps the best one; more training goes on from the last whole one', async () => {
    await set('epochs', '50');
    await set('learning rate', '0.05');
    await begin('Train again');
    await expect.poll(epochs, { timeout: 60_000, interval: 100 }).toBe(0);
    await reached(2);
    await button('Stop and keep').click();
    await finished();
    const { lines, accuracy, last, best } = await stored();
    expect(lines.length).toBeLessThan(50);
    expect(last?.epochs).toBe(lines.length);
    expect(best?.validationAccuracy).toBe(Math.max(...lines.map(({ validationAccuracy }) => validationAccuracy)));
    expect(accuracy).toBe(best?.validationAccuracy);
  });

  test('stopped in its first epoch keeps what it had, scored, and nothing of the training before', async () => {
    await set('batch', '1');
    await beginAndStop();
    await panels()
      .getByText(/No epoch was finished; what is kept reaches [\d.]+ %/)
      .waitFor();
    const { lines, accuracy, last, best, memory } = await stored();
    expect([lines, last, memory]).toEqual([[], best, false]);
    expect(best).toMatchObject({ epochs: 0, validationAccuracy: accuracy });
    expect(await button('Download .safetensors').count()).toBe(1);
  });

  test('trains on the engine that a person chose', async () => {
    await set('batch', '32');
    await choose('engine', 'TensorFlow.js on WASM');
    await beginAndStop();
    expect((await stored()).best?.engine).toBe('tfjs 4.22.0 wasm');
    await panels().getByText('tfjs 4.22.0 wasm').first().waitFor();
  });

  test('nothing left the device and nothing complained', () => {
    expect(open.problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
  });
});
