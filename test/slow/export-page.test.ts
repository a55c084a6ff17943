/** @file Every head as a TensorFlow.js layers model in the built page: the bundle holds all layers that are written. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toUrlCode } from '../../src/lib/arch/url-code';
import { headNetworks } from '../support/source-networks';
import { startApp, type App } from '../support/app';

let app: App;
let page: Page;

beforeAll(async () => {
  app = await startApp();
  ({ page } = await app.open());
  page.setDefaultTimeout(90_000);
});
afterAll(() => app.close());

test.each(headNetworks().map(({ name, arch }) => [name, arch] as const))(
  'the layers of %s are all in the bundle',
  async (_, arch) => {
    // A hash alone would not load the page anew.
    await page.goto('about:blank');
    await page.goto(`${app.url}#n=${toUrlCode(arch)}`, { waitUntil: 'networkidle' });
    await page.getByRole('tab', { name: /^Export/ }).click();
    await page.getByLabel('format', { exact: true }).selectOption({ label: 'TensorFlow.js layers model' });
    await page.getByRole('button', { name: 'Export and check' }).click();
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
    expect(await page.locator('.proof').first().textContent()).toContain('checked in TensorFlow.js');
  }
);
