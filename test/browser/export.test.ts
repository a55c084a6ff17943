/** @file Exporting in the built page: files run by the real runtimes with two threads, downloaded and opened again. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { startApp, type App } from '../support/app';

let app: App;
let page: Page;
let problems: readonly string[];

beforeAll(async () => {
  app = await startApp();
  const open = await app.open();
  page = open.page;
  const said: string[] = [];
  problems = said;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
  });
  page.setDefaultTimeout(60_000);
  await page.getByRole('tab', { name: /^Export/ }).click();
});
afterAll(() => app.close());

const choose = async (label: string, option: string): Promise<void> => {
  await page.getByLabel(label, { exact: true }).selectOption({ label: option });
};

/** Exports, and gives what the proof says. */
async function exported(format: string): Promise<string> {
  await choose('format', format);
  await page.getByRole('button', { name: /^Export( and check)?$/ }).click();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  return (await page.locator('.proof').textContent()) ?? '';
}

async function download(): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download', exact: true }).click()
  ]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

describe('an untrained network', () => {
  test.each([
    ['ONNX', 'onnxruntime-web 1.30.0', 'mobilenetv3-small.onnx'],
    ['TensorFlow Lite', 'LiteRT.js 2.5.3', 'mobilenetv3-small.tflite']
  ])('as %s is checked with two threads and saved', async (format, runtime, name) => {
    const proof = await exported(format);
    expect(proof).toContain(`checked in ${runtime}, 2 threads: max difference`);
    expect(proof).toContain('nobody has trained this network');
    const file = await download();
    expect(file.name).toBe(name);
    expect(file.bytes.length).toBeGreaterThan(10_000_000);
    // Folded norms are biases: the network comes back with fewer numbers.
    await page.locator('input[type=file][multiple]').first().setInputFiles({ name, mimeType: '', buffer: file.bytes });
    await page
      .getByText(/weights/)
      .first()
      .waitFor();
    await page.locator('dl.totals').getByText('2,536,800').waitFor();
    await page.getByRole('button', { name: 'Undo' }).first().click();
  });

  test('as PyTorch source comes as one archive', async () => {
    expect(await exported('PyTorch source and weights')).toContain('under PyTorch');
    const file = await download();
    expect(file.name).toBe('mobilenetv3-small-pytorch.zip');
    expect(file.bytes.subarray(0, 2).toString()).toBe('PK');
  });

  test('as torchvision rows says what the library does otherwise', async () => {
    expect(await exported('torchvision rows')).toContain('torchvision pads');
  });
});

test('nothing complains on the console', () => {
  expect(problems).toEqual([]);
});
