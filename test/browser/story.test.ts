/** @file The whole story through the page, in a real Chromium: edit, train, measure, search, prune, reload. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Locator, Page } from 'playwright';
import { startApp, type App, type OpenPage } from '../support/app';

let app: App;
let open: OpenPage;
let page: Page;

beforeAll(async () => {
  app = await startApp();
  open = await app.open();
  page = open.page;
  page.setDefaultTimeout(20_000);
});
afterAll(() => app.close());

const panels = (): Locator => page.getByRole('region', { name: 'Train, measure, search, prune' });
const tab = (name: string): Promise<void> =>
  panels()
    .getByRole('tab', { name: new RegExp(`^${name}`) })
    .click();
const cell = (name: string, column: number): Locator =>
  page.getByRole('grid').getByRole('gridcell', { name: new RegExp(`^${name} of ${column}:`) });
const field = (name: string): Locator => panels().getByLabel(name, { exact: true });
const start = (name: string): Promise<void> => panels().getByRole('button', { name, exact: true }).click();

/** Waits until the run of the open panel is over: its start button is back. */
async function finished(minutes: number): Promise<void> {
  await panels().getByRole('button', { name: 'Stop and keep' }).waitFor({ state: 'visible' });
  await panels()
    .getByRole('button', { name: 'Stop and keep' })
    .waitFor({ state: 'hidden', timeout: minutes * 60_000 });
  expect(await panels().getByRole('alert').allTextContents()).toEqual([]);
}

async function pick(name: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: new RegExp(`^${name}`) }).click();
  await page.getByRole('option', { name: option }).click();
}

const parameters = async (): Promise<number> => {
  const text = (await page.locator('dl.totals').textContent()) ?? '';
  return Number(/([\d,]{5,})/.exec(text)?.[1]?.replaceAll(',', ''));
};
/** The share of validation pictures that the epoch which is kept had right, in percent. */
const validated = async (): Promise<number> => {
  const kept = panels().locator('dl.kv > div').filter({ hasText: 'kept, epoch 1' });
  return Number(/([\d.]+)\s*%$/.exec((await kept.textContent())?.trim() ?? '')?.[1]);
};

describe('a first visit', () => {
  test('an edit of a row changes the numbers at once and can be undone', async () => {
    await pick('width', '0.5');
    const before = await parameters();
    await cell('exp size', 5).click();
    await page.keyboard.type('96');
    await page.keyboard.press('Enter');
    await expect.poll(parameters).toBeLessThan(before);
    await page.keyboard.press('Control+z');
    await expect.poll(parameters).toBe(before);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(parameters).toBeLessThan(before);
  });

  test('an illegal width keeps what was typed, names the rule and leaves the numbers', async () => {
    const before = await parameters();
    for (const typed of ['0', '-3', '1e9', 'wide', '100']) {
      await cell('exp size', 6).click();
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('[aria-invalid=true]').inputValue()).toBe(typed);
      await page.keyboard.press('Escape');
    }
    expect(await parameters()).toBe(before);
  });

  test('one epoch with the default recipe has 78 % of the validation pictures right', async () => {
    await tab('Train');
    await field('epochs').fill('1');
    await field('epochs').press('Enter');
    await start('Train');
    await finished(5);
    const reached = await validated();
    process.stdout.write(`story: ${reached} % of the validation pictures after one epoch\n`);
    expect(reached).toBeGreaterThanOrEqual(78);
  });

  test('after training the page says who checked it, where the network errs and what its layers see', async () => {
    await panels().getByText('checked with TF.js').waitFor();
    const matrix = panels().getByRole('grid', { name: 'Confusion matrix of 10 classes' });
    await matrix.focus();
    for (const key of ['Home', ...Array<string>(10).fill('ArrowUp')]) await page.keyboard.press(key);
    expect(await matrix.getByRole('gridcell').textContent()).toMatch(
      /^\d+ of \d+ pictures of .+ were recognised: \d+ %\.$/
    );
    await page.keyboard.press('ArrowRight');
    expect(await matrix.getByRole('gridcell').textContent()).toMatch(/ were taken for /);
    const mistakes = panels().getByRole('button', { name: /Look into it$/ });
    expect(await mistakes.count()).toBeGreaterThan(3);
    await mistakes.first().click();
    const strips = panels().getByRole('img', { name: /^What .+ makes of the picture/ });
    await strips.first().waitFor();
    expect(await strips.count()).toBeGreaterThan(10);
  });

  test('measuring puts milliseconds on the page', async () => {
    await pick('input', '28 px grey');
    await tab('Measure');
    await start('Measure');
    await finished(3);
    expect(await panels().textContent()).toMatch(/Measured, whole network\s*[\d.]+\s*ms/);
  });

  test('a search of four trials opens its best network in the editor', async () => {
    await tab('Search');
    await field('trials').fill('4');
    await field('trials').press('Enter');
    await start('Search');
    await finished(6);
    const first = panels().locator('tbody tr').first();
    await first.getByRole('button').click();
    await expect
      .poll(() => page.getByRole('heading', { level: 1 }).textContent())
      .toMatch(/^MobileNetV3-Small, trial \d+$/);
  });

  test('two steps of NetAdapt give a smaller network that opens', async () => {
    await tab('Prune');
    for (const [name, value] of [
      ['most steps (0: to the target)', '2'],
      ['epochs at the end', '0'],
      ['pictures per fine-tune', '128']
    ] as const) {
      await field(name).fill(value);
      await field(name).press('Enter');
    }
    await start('Prune');
    await finished(6);
    const rows = panels().getByRole('table').filter({ hasText: 'cut' }).locator('tbody tr');
    expect(await rows.count()).toBe(2);
    const before = await parameters();
    await rows.first().getByRole('button').click();
    await expect.poll(parameters).not.toBe(before);
  });

  test('after a reload the network and every result are still there', async () => {
    const title = await page.getByRole('heading', { level: 1 }).textContent();
    const count = await parameters();
    await page.reload({ waitUntil: 'networkidle' });
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(await parameters()).toBe(count);
    await panels().locator('[data-restored=true]').waitFor();
    await tab('Prune');
    expect(await panels().locator('tbody tr').count()).toBeGreaterThanOrEqual(2);
    await tab('Search');
    expect(await panels().locator('tbody tr').count()).toBe(4);
    await tab('Measure');
    expect(await panels().textContent()).toMatch(/Measured/);
    await tab('Train');
    expect(await validated()).toBeGreaterThanOrEqual(78);
    await panels().getByRole('grid', { name: 'Confusion matrix of 10 classes' }).waitFor();
  });

  test('nothing left the device and nothing complained', () => {
    expect(open.problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
  });
});
