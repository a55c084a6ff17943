/** @file Formats in the built page: TensorFlow.js models run by TensorFlow.js under the strict policy, diagrams as PNG, times after a measurement. */
import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unzipSync } from 'fflate';
import { firstRouteScripts } from '../../scripts/first-route.mjs';
import { colours } from '../../src/lib/diagram/colours';
import { startApp, type App, type Problems } from '../support/app';

let app: App;
let page: Page;
let problems: Problems;

const tab = (name: RegExp): Promise<void> => page.getByRole('tab', { name }).click();

beforeAll(async () => {
  app = await startApp();
  ({ page, problems } = await app.open());
  page.setDefaultTimeout(90_000);
  await tab(/^Export/);
});
afterAll(() => app.close());

const proof = () => page.locator('.proof').first();

async function exported(format: string, start = /^Export and check$/): Promise<void> {
  await page.getByLabel('format', { exact: true }).selectOption({ label: format });
  await page.getByRole('button', { name: start }).click();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
}

async function saved(button: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).first().click()
  ]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

describe('a TensorFlow.js model', () => {
  test.each([
    ['TensorFlow.js layers model', 'mobilenetv3-small-tfjs.zip'],
    ['TensorFlow.js graph model', 'mobilenetv3-small-tfjs-graph.zip']
  ])('%s is run by TensorFlow.js itself, in a worker', async (format, name) => {
    await exported(format);
    const said = (await proof().textContent()) ?? '';
    expect(said).toMatch(/checked in TensorFlow\.js 4\.22\.0 on wasm, \d threads: max difference \S+ on 32 pictures/);
    expect(said).toMatch(/while checked\s*[\d.]+\s*ms a picture/);
    expect(await proof().getAttribute('class')).toContain('good');
    const file = await saved('Download');
    expect(file.name).toBe(name);
    const inside = Object.keys(unzipSync(file.bytes));
    expect(inside).toContain('model.json');
    expect(inside.filter((one) => one.endsWith('.bin')).length).toBeGreaterThan(1);
  });

  test('is loaded by what no first visit loads', () => {
    const scripts = firstRouteScripts().map((path) => readFileSync(path, 'utf8'));
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => /loadGraphModel|loadLayersModel|GraphExecutor/.test(script))).toEqual([]);
  });
});

test('a diagram is saved as SVG, and as PNG of its size and of twice that, on paper', async () => {
  await exported('diagram as SVG or PNG', /^Export$/);
  expect(await proof().textContent()).toContain('nothing to run');
  const svg = (await saved('Download')).bytes.toString('utf8');
  const [width = 0, height = 0] = (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).slice(1).map(Number);
  expect(width).toBeGreaterThan(1000);
  for (const [button, name, scale] of [
    ['PNG', 'mobilenetv3-small.png', 1],
    ['PNG, twice the size', 'mobilenetv3-small@2x.png', 2]
  ] as const) {
    const file = await saved(button);
    expect(file.name).toBe(name);
    expect([...file.bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const picture = decode(file.bytes);
    expect([picture.width, picture.height]).toEqual([width * scale, height * scale]);
    const corner = [...picture.data.slice(0, 3)].map((byte) => byte.toString(16).padStart(2, '0'));
    expect(`#${corner.join('')}`).toBe(colours.paper.light);
  }
});

test.each([
  ['PyTorch source and weights', 'under PyTorch'],
  ['Keras source and weights', 'not on Keras itself']
])('%s says how it is checked instead', async (format, said) => {
  await exported(format, /^Export$/);
  expect(await proof().textContent()).toContain(said);
});

test('times for Model Explorer wait for a measurement, then hold each op', async () => {
  await page.goto('about:blank');
  await page.goto(`${app.url}#n=1~v3-small`, { waitUntil: 'networkidle' });
  await tab(/^Export/);
  await page.getByLabel('format', { exact: true }).selectOption({ label: 'times for Model Explorer' });
  await page.getByText('Measure this network first').waitFor();
  expect(await page.getByRole('button', { name: 'Export', exact: true }).isDisabled()).toBe(true);
  await tab(/^Measure/);
  await page.getByRole('button', { name: /^Measure/ }).click();
  await page.getByRole('progressbar').waitFor();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  await tab(/^Export/);
  await exported('times for Model Explorer', /^Export$/);
  const files = unzipSync((await saved('Download')).bytes);
  expect(Object.keys(files)).toHaveLength(2);
  for (const bytes of Object.values(files)) {
    const data = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly name: string;
      readonly results: Readonly<Record<string, { readonly value: number }>>;
    };
    expect(data.name).toMatch(/measured ms \(tfjs-wasm.*each op timed by itself\)/);
    const values = Object.values(data.results).map(({ value }) => value);
    expect(values.length).toBeGreaterThan(0);
    expect(values.every((ms) => ms > 0)).toBe(true);
  }
});

test('nothing complains: no error, no breach of the policy, no request elsewhere', () => {
  expect(problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
});
