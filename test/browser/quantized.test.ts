/** @file What 8 bits did, in the built page: layers ranked by a real worker, kept in floats, and shown on the diagram. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { toSafetensors } from '../../src/lib/weights/safetensors';
import { startApp, type App } from '../support/app';
import { trainedTable, trainedTensors } from '../support/trained-network';

let app: App;
let page: Page;
const problems: string[] = [];

const patient = { timeout: 20_000 };
const layers = () => page.getByRole('region', { name: 'What 8 bits did, layer by layer' });
const impacts = () => page.getByRole('region', { name: 'Which layers hurt' });
const colour = (name: string) => page.getByRole('group', { name: 'Colour by' }).getByRole('button', { name });
const cells = () => page.locator('tr', { has: page.getByRole('rowheader', { name: '8-bit SNR' }) }).locator('td');
const words = () => impacts().locator('.run .words').textContent();

async function exported(): Promise<string> {
  await page.getByRole('button', { name: 'Export and check' }).click();
  await layers().waitFor();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  return (await page.locator('.proof').textContent()) ?? '';
}

beforeAll(async () => {
  app = await startApp();
  const open = await app.open();
  page = open.page;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.setDefaultTimeout(60_000);
  const from = {
    dataset: 'fashion-mnist',
    datasetSha256: '',
    epochs: 6,
    seed: 1,
    engine: 'test',
    validationAccuracy: null
  };
  const file = toSafetensors({ format: 1, arch: trainedTable(), tensors: trainedTensors(), from });
  const given = { name: 'clothes.safetensors', mimeType: '', buffer: Buffer.from(file) };
  await page.locator('input[type=file][multiple]').first().setInputFiles(given);
  await page.getByRole('tab', { name: /^Export/ }).click();
  await page.getByLabel('format', { exact: true }).selectOption('tflite');
  await page.getByLabel('weights', { exact: true }).selectOption('int8');
  await page.getByLabel('calibrated on pictures').fill('24');
});
afterAll(() => app.close());

test('the diagram is coloured by the noise of the table that was exported, and of no other', async () => {
  expect(await colour('8-bit noise').count()).toBe(0);
  expect(await exported()).toMatch(/weights in 8 bits\s*100%/);
  expect(await colour('MAdds').getAttribute('aria-pressed')).toBe('true');
  await layers().getByRole('button', { name: 'Show on the diagram' }).click();
  expect(await colour('8-bit noise').getAttribute('aria-pressed')).toBe('true');
  expect(await page.locator('.legend .scale').textContent()).toBe('over 40 dBunder 20 dB');
  const ratios = await cells().allTextContents();
  expect(ratios).toHaveLength(16);
  expect(ratios.map(Number).every((db) => db > 5 && db < 60)).toBe(true);
  expect(await cells().nth(2).locator('span').getAttribute('title')).toMatch(
    /^row02\.expand: \d+\.\d dB\nrow02\.depthwise: \d+\.\d dB\nrow02\.project: \d+\.\d dB/
  );
  // Back to the table before the file was opened.
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect.poll(() => colour('8-bit noise').getAttribute('aria-disabled'), patient).toBe('true');
  expect(await colour('8-bit noise').getAttribute('title')).toContain('of another table');
  expect(await colour('MAdds').getAttribute('aria-pressed')).toBe('true');
  expect(await cells().count()).toBe(0);
  await page.getByRole('button', { name: 'Redo' }).first().click();
  await expect.poll(() => colour('8-bit noise').getAttribute('aria-pressed'), patient).toBe('true');
});

test('h-swish and squeeze-and-excite are told by the operators of this file', async () => {
  await page.getByText('How h-swish and squeeze-and-excite are written in 8 bits').click();
  const swish = page.getByRole('region', { name: 'h-swish, 19 times' });
  expect((await swish.getByRole('row').nth(1).getByRole('cell').allTextContents()).slice(0, 2)).toEqual([
    'ADD + RELU6',
    '19'
  ]);
  const gates = page.getByRole('region', { name: 'squeeze-and-excite, 9 times' });
  expect(await gates.getByRole('rowheader').allTextContents()).toEqual([
    'mean of the map',
    'first convolution',
    'second convolution',
    'times 1/6',
    'times the map',
    'together'
  ]);
});

test('a real worker asks layer by layer, is paused, goes on, and is stopped with what it has', async () => {
  await impacts().getByRole('button', { name: 'Find which layers hurt' }).click();
  await impacts()
    .getByText(/asking layers, \d+ of \d+/)
    .waitFor();
  await impacts().getByRole('button', { name: 'Pause' }).click();
  // What was on its way arrives.
  await page.waitForTimeout(500);
  const held = await words();
  await page.waitForTimeout(700);
  expect(await words()).toBe(held);
  await impacts().getByRole('button', { name: 'Resume' }).click();
  await expect.poll(words, patient).not.toBe(held);
  await impacts().getByRole('button', { name: 'Stop' }).click();
  await impacts()
    .getByText(/\d+ of \d+ layers were asked/)
    .waitFor();
  expect(await impacts().getByRole('checkbox').count()).toBeGreaterThan(0);
});

test('the worst are kept in floats by one click, and the next export makes less noise', async () => {
  const before = Number(/signal to noise\s*([\d.]+)dB/.exec((await page.locator('.proof').textContent()) ?? '')?.[1]);
  await impacts().getByRole('button', { name: 'Find which layers hurt' }).click();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  await impacts()
    .getByRole('button', { name: /^all \d+ layers$/ })
    .click();
  const worst = (await impacts().locator('tbody th').allTextContents()).slice(0, 20);
  await impacts().getByLabel('the worst').fill('20');
  await impacts().getByRole('button', { name: 'Keep these 20 in floats' }).click();
  const ticked = impacts().getByRole('checkbox', { checked: true });
  expect(await ticked.evaluateAll((boxes) => boxes.map((box) => box.getAttribute('aria-label')))).toEqual(
    worst.map((layer) => `keep ${layer} in floats`)
  );
  const proof = await exported();
  expect(Number(/signal to noise\s*([\d.]+)dB/.exec(proof)?.[1])).toBeGreaterThan(before + 2);
  expect(proof).toMatch(/weights in 8 bits\s*\d\d\.\d+%/);
  // Of this export nobody has asked yet.
  expect(await impacts().getByRole('checkbox').count()).toBe(0);
});

test('8-bit weights alone say how many they are', async () => {
  await page.getByLabel('weights', { exact: true }).selectOption('dynamicInt8');
  await page.getByRole('button', { name: 'Export and check' }).click();
  await layers().waitFor({ state: 'detached' });
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  expect(await page.locator('.proof .note').allTextContents()).toContainEqual(
    expect.stringMatching(/^[\d,]+ of [\d,]+ weights \(\d\d\.\d+ %\) are in 8 bits; floats: depthwise filters$/)
  );
});

test('nothing complains on the console', () => expect(problems).toEqual([]));
