/** @file The Export tab as a person uses it: what it offers, what it keeps, and what it says when something fails. */
import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyNetworkOptions } from '../../src/lib/arch/options';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { hashOf } from '../../src/lib/state/url';
import { startApp, type App, type OpenOptions } from '../support/app';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** A link to V3-Small of half width on pictures of 64 px: exported in a moment. */
const tiny = hashOf(applyNetworkOptions(mobileNetV3Small, { width: 0.5, input: [64, 64, 3], classes: 10 }));

/** Bright and dark pictures: a network of theirs is trained in a moment. */
function lamps(): Uint8Array {
  const square = (value: number): Uint8Array =>
    encode({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(value) });
  const files = Array.from({ length: 96 }, (_, i): [string, Uint8Array] => [
    `${i % 2 ? 'dark' : 'bright'}/${i}.png`,
    square((i % 2 ? 10 : 150) + i)
  ]);
  return zipSync(Object.fromEntries(files));
}

/** The panel with the words for what a person does there. */
function exporting(page: Page) {
  const region = page.locator('section.panels');
  const field = (name: string): Locator => region.getByLabel(name, { exact: true });
  const button = (name: string): Locator => region.getByRole('button', { name, exact: true });
  const start = region.getByRole('button', { name: /^Export( and check)?$/ });
  return {
    region,
    field,
    button,
    start,
    chosen: (name: string) => field(name).evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text),
    rows: region.getByRole('region', { name: 'Exports on this device' }).getByRole('listitem'),
    proof: region.locator('.proof'),
    async finished(): Promise<void> {
      await start.waitFor();
    },
    async export(format: string, weights?: string): Promise<void> {
      await field('format').selectOption({ label: format });
      if (weights !== undefined) await field('weights').selectOption({ label: weights });
      await start.click();
      await button('Stop and keep').waitFor();
      await start.waitFor();
    }
  };
}

async function openTab(options: OpenOptions = {}) {
  const open = await app.open(options);
  open.page.setDefaultTimeout(60_000);
  await open.page.getByRole('tab', { name: /^Export/ }).click();
  return { ...open, ...exporting(open.page) };
}

async function saved(page: Page, click: Locator): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), click.click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** What axe finds in the panels, light and dark. */
async function found(page: Page): Promise<readonly string[]> {
  const all: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations, passes } = await new AxeBuilder({ page }).include('section.panels').analyze();
    expect(passes.length).toBeGreaterThan(5);
    all.push(
      ...violations.map((rule) => `${colorScheme} ${rule.id}: ${rule.nodes.map((node) => node.html).join(' | ')}`)
    );
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  return all;
}

/** Controls smaller than a finger, by their names. */
const small = (region: Locator): Promise<readonly string[]> =>
  region.evaluate((panels) =>
    [...panels.querySelectorAll<HTMLElement>('button, select, input, summary')].flatMap((control) => {
      const { width, height } = (control.closest('td label') ?? control).getBoundingClientRect();
      const name = control.getAttribute('aria-label') ?? control.innerText;
      return width > 0 && (width < 44 || height < 44) ? [`${name}: ${width} × ${height}`] : [];
    })
  );
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('a network trained here', () => {
  let opened: Awaited<ReturnType<typeof openTab>>;
  let first: { readonly name: string; readonly bytes: Buffer };

  beforeAll(async () => {
    opened = await openTab();
    const { page, region, field, button } = opened;
    await region.getByRole('tab', { name: 'Train' }).click();
    await field('pictures').selectOption({ label: 'files of yours: ZIP, NPZ, IDX, CIFAR' });
    const file = { name: 'lamps.zip', mimeType: '', buffer: Buffer.from(lamps()) };
    await region.locator('input[type=file]').setInputFiles(file);
    await region.getByText('to train on').waitFor();
    await button('Train').click();
    await button('Train again').waitFor();
    await page.getByRole('tab', { name: /^Export/ }).click();
  });
  afterAll(() => opened.page.context().close());

  test('is what the tab offers, and no other control has the name of its choice', async () => {
    const { page, chosen, region } = opened;
    expect(await chosen('exported network')).toMatch(/^MobileNetV3-Small, trained/);
    expect(await page.getByRole('combobox', { name: 'exported network', exact: true }).count()).toBe(1);
    expect(await region.getByText('Nobody has trained').count()).toBe(0);
  });

  test('gives a checked file, kept in the list', async () => {
    const { page, rows, proof, button } = opened;
    await opened.export('ONNX');
    expect(await proof.textContent()).toContain('checked in onnxruntime-web');
    first = await saved(page, button('Download'));
    expect(await rows.count()).toBe(1);
    expect(await rows.first().textContent()).toMatch(/ONNX, float32, [\d.]+ .B.*checked, max difference/);
  });

  test('in 8 bits stands above the first, with its layers', async () => {
    const { region, rows } = opened;
    await opened.export('TensorFlow Lite', 'int8 throughout');
    await region.getByRole('heading', { name: 'What 8 bits did, layer by layer' }).waitFor();
    expect(await rows.count()).toBe(2);
    expect(await rows.first().textContent()).toMatch(/TensorFlow Lite, int8 throughout.*signal to noise/);
  });

  test('breaks no rule of axe, settings, result, layers and list', async () => {
    expect(await found(opened.page)).toEqual([]);
  });

  test('fits a phone, and every control a finger', async () => {
    const { page, region } = opened;
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflow(page)).toBe(0);
    expect(await small(region)).toEqual([]);
    expect(await found(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('an earlier export is shown and saved again, after a reload, too', async () => {
    const { page, region, rows, proof, field } = opened;
    await page.reload({ waitUntil: 'networkidle' });
    await region.locator('[data-restored=true]').waitFor();
    await page.getByRole('tab', { name: /^Export/ }).click();
    expect(await rows.count()).toBe(2);
    expect(await proof.textContent(), 'the newest is shown').toContain('LiteRT');
    expect(await field('format').inputValue(), 'settings are back').toBe('tflite');
    await rows.last().getByRole('button', { name: /^Show/ }).click();
    expect(await proof.textContent()).toContain('onnxruntime-web');
    const again = await saved(page, rows.last().getByRole('button', { name: /^Download/ }));
    expect(again.name).toBe(first.name);
    expect(again.bytes.equals(first.bytes)).toBe(true);
  });

  test('one that is removed is gone for good, and the focus stays in the list', async () => {
    const { page, region, rows } = opened;
    await rows
      .first()
      .getByRole('button', { name: /^Remove/ })
      .click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().evaluate((row) => row.contains(document.activeElement))).toBe(true);
    await page.reload({ waitUntil: 'networkidle' });
    await region.locator('[data-restored=true]').waitFor();
    await page.getByRole('tab', { name: /^Export/ }).click();
    expect(await rows.count()).toBe(1);
    expect(await rows.first().textContent()).toContain('ONNX');
  });

  test('complains of nothing', () => {
    expect(opened.problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
  });
});

test('with the keyboard alone a format is chosen, exported and saved', async () => {
  const { page, region, rows } = await openTab({ path: tiny });
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const at = document.activeElement;
      return (
        at?.getAttribute('aria-label') ?? (at as HTMLSelectElement).labels?.[0]?.innerText ?? at?.textContent ?? ''
      );
    });
  const walk = async (key: string, to: RegExp): Promise<void> => {
    for (let i = 0; i < 30 && !to.test((await focused()).trim()); i++) await page.keyboard.press(key);
    expect((await focused()).trim()).toMatch(to);
  };
  await region.getByRole('tab', { name: 'Train' }).click();
  await page.keyboard.press('End');
  expect(await focused()).toContain('Export');
  await walk('Tab', /^format$/);
  await page.keyboard.type('layers as');
  await walk('Shift+Tab', /^Export$/);
  await page.keyboard.press('Enter');
  await rows.first().waitFor();
  await walk('Tab', /^Download$/);
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(file.suggestedFilename()).toBe('mobilenetv3-small.csv');
  await page.context().close();
});

describe('a network that nobody trained', () => {
  let opened: Awaited<ReturnType<typeof openTab>>;
  beforeAll(async () => {
    opened = await openTab({ path: tiny });
  });
  afterAll(() => opened.page.context().close());

  test('is said to be one, and axe finds nothing while it is exported; stopped, the panel says what there is', async () => {
    const { page, region, chosen, field, start, button, rows } = opened;
    expect(await chosen('exported network')).toBe('MobileNetV3-Small, untrained');
    await region.getByText('its answers mean nothing').waitFor();
    expect(await found(page)).toEqual([]);
    await field('format').selectOption({ label: 'TensorFlow Lite' });
    await field('weights').selectOption({ label: 'int8 throughout' });
    await field('calibrated on pictures').fill('1000');
    await start.click();
    await region.getByText(/^looking at every value/).waitFor();
    await button('Pause').click();
    expect(await found(page)).toEqual([]);
    await button('Resume').click();
    await button('Stop and keep').click();
    await region.getByText('No file was written yet.').waitFor();
    expect(await rows.count()).toBe(0);
  });

  test('keeps its file when its check is stopped', async () => {
    const { page, region, field, start, button, rows, proof } = opened;
    await field('format').selectOption({ label: 'ONNX' });
    await field('weights').selectOption({ label: 'float32' });
    await field('checked on pictures').fill('2000');
    await start.click();
    await button('Download').waitFor();
    await button('Stop and keep').click();
    await region.getByText('its check was not finished').waitFor();
    expect(await proof.textContent()).toContain('nothing has checked it');
    expect(await rows.first().textContent()).toContain('not checked');
    expect((await saved(page, button('Download'))).bytes.length).toBeGreaterThan(1_000_000);
  });

  test('whose worker dies can be exported again, as it was asked for', async () => {
    const { page, region, field, start, button, chosen, proof, rows } = opened;
    await field('checked on pictures').fill('32');
    await field('weights').selectOption({ label: 'float16' });
    await start.click();
    await expect.poll(() => page.workers().length).toBeGreaterThan(0);
    await page.workers()[0]?.evaluate(() => {
      setTimeout(() => {
        throw new Error('no memory is left');
      });
    });
    const alert = region.getByRole('alert').filter({ hasText: 'no memory is left' });
    await alert.waitFor();
    expect(await chosen('weights')).toBe('float16');
    const before = await rows.count();
    await alert.getByRole('button').click();
    await button('Stop and keep').waitFor();
    await start.waitFor();
    expect(await proof.textContent()).toContain('checked in onnxruntime-web');
    expect(await rows.count()).toBe(before + 1);
  });

  test('whose runtime does not load leaves the file, and says why it is not proved', async () => {
    const { page, context, region, proof, rows, button } = opened;
    await context.route(/ort-wasm.*\.wasm/, (route) => route.abort());
    await opened.export('ONNX');
    expect(await proof.textContent()).toMatch(/^Not proved\. onnxruntime-web did not load/);
    expect(await region.getByRole('alert').count()).toBe(0);
    expect(await rows.first().textContent()).toContain('not checked');
    expect((await saved(page, button('Download'))).bytes.length).toBeGreaterThan(500_000);
  });

  test('in 8 bits, whose ranges LiteRT tells, says that LiteRT did not load', async () => {
    const { context, region, rows } = opened;
    await context.route(/litert.*\.wasm/, (route) => route.abort());
    const before = await rows.count();
    await opened.export('TensorFlow Lite', 'int8 throughout');
    await region.getByRole('alert').filter({ hasText: 'LiteRT.js did not load' }).waitFor();
    expect(await rows.count()).toBe(before);
  });
});
