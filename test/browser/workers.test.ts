/** @file A training with two workers in a real, isolated page: paused, resumed, stopped, finished; no worker outlives it. */
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from '../support/app';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Bright and dark pictures, enough for batches of 32. */
function pictures(): Uint8Array {
  const square = (value: number): Uint8Array =>
    encode({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(value) });
  const files = Array.from({ length: 96 }, (_, i) => [
    `${i % 2 ? 'dark' : 'bright'}/${i}.png`,
    square((i % 2 ? 10 : 150) + i)
  ]);
  return zipSync(Object.fromEntries(files) as Record<string, Uint8Array>);
}

async function panel(page: Page) {
  const region = page.getByRole('region', { name: 'Train, measure, search, prune' });
  await region.getByRole('tab', { name: 'Train' }).click();
  await region.getByLabel('pictures', { exact: true }).selectOption({ label: 'files of yours: ZIP, NPZ, IDX, CIFAR' });
  const file = { name: 'lamps.zip', mimeType: '', buffer: Buffer.from(pictures()) };
  await region.locator('input[type=file]').setInputFiles(file);
  await region.getByText('to train on').waitFor();
  await region.getByRole('button', { name: /^more settings/ }).click();
  await region.getByLabel('workers', { exact: true }).selectOption('2');
  const set = async (epochs: number): Promise<void> => {
    await region.getByLabel('epochs', { exact: true }).fill(String(epochs));
    await region.getByLabel('epochs', { exact: true }).press('Enter');
  };
  const button = (name: string) => region.getByRole('button', { name, exact: true });
  return { region, set, button };
}

test('two workers train, pause, resume, stop and finish, and none is left', async () => {
  const { page, problems } = await app.open();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const { region, set, button } = await panel(page);
  await set(100);
  await button('Train').click();
  await region.getByText(/^epoch \d+ of 100/).waitFor();
  await button('Pause').click();
  await button('Resume').waitFor();
  const words = (): Promise<string | null> => region.getByRole('status').first().textContent();
  await page.waitForTimeout(700);
  const held = await words();
  await page.waitForTimeout(1200);
  expect(await words(), 'nothing moves while paused').toBe(held);
  await button('Resume').click();
  await region.getByText('SIMD core with 2 workers', { exact: true }).waitFor();
  expect(await region.textContent()).toMatch(/simd (plain|relaxed) [0-9a-f]{8} x2/);
  await region.getByText(/^epoch ([2-9]|\d\d) of 100/).waitFor();
  expect(page.workers().length).toBeGreaterThan(0);
  await button('Stop and keep').click();
  await region.getByText('Stopped by you.').waitFor();
  await expect.poll(() => page.workers().length).toBe(0);

  await set(2);
  await button('Train again').click();
  await region.getByText('Stopped by you.').waitFor({ state: 'hidden' });
  await region.getByText('checked with TF.js').waitFor();
  await button('Train again').waitFor();
  expect(await region.textContent()).toContain('SIMD core with 2 workers');
  await expect.poll(() => page.workers().length).toBe(0);
  expect(problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
  await page.context().close();
});
