/** @file The camera in a real browser, which shows a moving pattern of its own: two classes are recorded and trained on. */
import type { Locator } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from '../support/app';

let app: App;
beforeAll(async () => {
  app = await startApp(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});
afterAll(() => app.close());

const most = 12;

/** Waits until a class has enough pictures. */
const recorded = async (row: Locator): Promise<number> => {
  const count = async (): Promise<number> => Number.parseInt((await row.locator('.n').textContent()) ?? '', 10);
  await expect.poll(count, { timeout: 15_000, interval: 50 }).toBeGreaterThanOrEqual(most);
  return count();
};

test('two classes are recorded while a button is held, by hand or by key, and a network trains on them', async () => {
  const { page, problems } = await app.open();
  const region = page.getByRole('region', { name: 'Train, measure, search, prune' });
  await region.getByRole('tab', { name: 'Train' }).click();
  await region.getByLabel('pictures', { exact: true }).selectOption({ label: 'your camera' });
  await region.getByLabel('as', { exact: true }).selectOption({ label: '28 × 28, grey' });
  await region.getByRole('button', { name: 'Turn on the camera' }).click();
  const hold = (name: string): Locator => page.getByRole('button', { name: `Hold to record: ${name}` });
  const rowOf = (name: string): Locator => region.getByRole('listitem').filter({ has: hold(name) });
  const use = region.getByRole('button', { name: 'Use these pictures' });
  await hold('class 1').hover();
  expect(await use.isDisabled()).toBe(true);
  expect(await region.locator('.why').textContent()).toBe('Record at least 6 pictures of “class 1”, got 0.');

  await page.mouse.down();
  await recorded(rowOf('class 1'));
  await page.mouse.up();
  await hold('class 2').focus();
  await page.keyboard.down(' ');
  await recorded(rowOf('class 2'));
  await page.keyboard.up(' ');
  const counts = await region.getByRole('listitem').locator('.n').allTextContents();
  // Two pictures later nothing more was recorded.
  await page.waitForTimeout(300);
  expect(await region.getByRole('listitem').locator('.n').allTextContents()).toEqual(counts);

  const shades = await region.locator('canvas[aria-hidden]').evaluateAll((canvases) => {
    const canvas = canvases.find((one): one is HTMLCanvasElement => one instanceof HTMLCanvasElement);
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
    const gray = Array.from(pixels?.data ?? []).filter((value, i, all) => i % 4 === 0 && value === all[i + 1]);
    return { side: [canvas?.width, canvas?.height], gray: gray.length, shades: new Set(gray).size };
  });
  expect(shades).toMatchObject({ side: [28, 28], gray: 28 * 28 });
  expect(shades.shades).toBeGreaterThan(3);

  await use.click();
  const numbers = counts.map((text) => Number.parseInt(text, 10));
  const kept = numbers.map((count) => count - 2 * Math.round(count / 6)).reduce((a, b) => a + b, 0);
  await region.getByText(`${kept} pictures to train on`).waitFor();
  await region.getByText('2 classes, 28 × 28 × 1').waitFor();
  await region.getByRole('button', { name: 'Turn it off' }).click();
  await region.getByLabel('engine', { exact: true }).selectOption({ label: 'SIMD core' });
  await region.getByLabel('epochs', { exact: true }).fill('1');
  await region.getByLabel('epochs', { exact: true }).press('Enter');
  await region.getByRole('button', { name: 'Train', exact: true }).click();
  await region.getByText('kept, epoch 1').waitFor({ timeout: 30_000 });
  await region.getByRole('grid', { name: 'Confusion matrix of 2 classes' }).waitFor();
  expect(problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
  await page.context().close();
});
