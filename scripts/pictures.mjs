/** @file Takes the README's pictures from real runs on the built page: `node scripts/pictures.mjs [name…]` (some minutes for all). */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { browserFlags, needBrowser } from './browser.mjs';
import { serve } from './serve.mjs';
import { freshCore, freshPage, generate, root } from './setup.mjs';

const folder = join(root, 'docs');
const named = process.argv.slice(2);
/** @param {string[]} names whether one of them is asked for */
const wanted = (...names) => named.length === 0 || names.some((name) => named.includes(name));
mkdirSync(folder, { recursive: true });
freshCore();
generate();
freshPage();
const { executablePath } = await needBrowser();
const server = await serve();
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: browserFlags });
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
await page.goto(server.url, { waitUntil: 'networkidle' });
const panels = page.getByRole('region', { name: 'Train, measure, search, prune' });

/** @param {string} name */
const tab = (name) => panels.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
/** @param {string} name @param {string} option */
const pick = async (name, option) => {
  await page.getByRole('combobox', { name: new RegExp(`^${name}`) }).click();
  await page.getByRole('option', { name: option }).first().click();
};
/** @param {string} name @param {string} value */
const fill = async (name, value) => {
  await panels.getByLabel(name, { exact: true }).fill(value);
  await panels.getByLabel(name, { exact: true }).press('Enter');
};
/** @param {string} name */
const run = async (name) => {
  await panels.getByRole('button', { name, exact: true }).click();
  const stop = panels.getByRole('button', { name: 'Stop and keep' });
  await stop.waitFor();
  await stop.waitFor({ state: 'hidden', timeout: 900_000 });
  console.log(`${name} done`);
};
/** Opens the worst mistake. */
const look = async () => {
  await panels
    .getByRole('button', { name: /Look into it$/ })
    .first()
    .click();
  await panels.getByRole('button', { name: 'Every operator' }).waitFor();
};
/** Pictures of the whole page; the others show the panels alone. */
const whole = new Set(['explore', 'article', 'lraspp']);
/** @param {string} name */
const shoot = async (name) => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await page.mouse.move(0, 0);
      await page.evaluate('scrollTo(0, 0)');
      await page.waitForTimeout(300);
      const path = join(folder, `${name}-${width}-${colorScheme}.png`);
      if (whole.has(name)) await page.screenshot({ path, fullPage: true });
      else await panels.first().screenshot({ path });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
};

if (wanted('article')) {
  await pick('network', 'Article 002 Large');
  await page.getByRole('heading', { name: /^What the article claims/ }).waitFor();
  await shoot('article');
}
if (wanted('lraspp')) {
  await pick('network', 'MobileNetV3-Large');
  await page.getByRole('button', { name: 'options' }).click();
  await pick('head', 'LR-ASPP');
  await shoot('lraspp');
}
const anew = async () => {
  await page.goto(server.url, { waitUntil: 'networkidle' });
  await page.reload({ waitUntil: 'networkidle' });
};
if (wanted('scenes')) {
  await anew();
  await pick('width', '0.5');
  await page.getByRole('button', { name: 'options' }).click();
  await pick('head', 'LR-ASPP');
  // A head brings its own usual input.
  await pick('input', '96 px');
  await tab('Train');
  await panels.getByLabel('pictures', { exact: true }).selectOption({ label: 'Garment scenes (masks and boxes)' });
  await panels.getByLabel('optimizer', { exact: true }).selectOption({ label: 'AdamW' });
  await fill('learning rate', '0.01');
  await fill('epochs', '8');
  await run('Train');
  await look();
  await shoot('scenes');
}
await anew();
if (wanted('explore')) {
  await tab('Measure');
  await run('Measure');
  await shoot('explore');
}
if (wanted('train', 'export', 'search', 'prune')) {
  await pick('width', '0.5');
  await tab('Train');
  await fill('epochs', '4');
  await run('Train');
  await panels.getByRole('heading', { name: 'Where it errs' }).waitFor();
  await look();
  await shoot('train');
}
if (wanted('export')) {
  await tab('Export');
  await run('Export and check');
  await panels.getByLabel('format', { exact: true }).selectOption('tflite');
  await panels.getByLabel('weights', { exact: true }).selectOption('int8');
  await fill('checked on pictures', '1000');
  await run('Export and check');
  await shoot('export');
}
if (wanted('search')) {
  await tab('Search');
  await fill('trials', '16');
  await run('Search');
  await shoot('search');
}
if (wanted('prune')) {
  await tab('Prune');
  await run('Prune');
  await shoot('prune');
}
await browser.close();
await server.close();
