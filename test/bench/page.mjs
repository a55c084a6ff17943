/**
 * @file Benchmarks: one epoch of MobileNetV3-Small ×0.5 in the page, in Chromium, on one worker and on two, turn by turn:
 * pictures a second, what was estimated and what it took, how busy the main thread was: node test/bench/page.mjs [rounds]
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { browserFlags, needBrowser } from '../../scripts/browser.mjs';
import { serve } from '../../scripts/serve.mjs';
import { freshCore, freshPage, generate, root } from '../../scripts/setup.mjs';

const rounds = Number(process.argv[2] ?? 3);
freshCore();
generate();
freshPage();
const { executablePath, version } = await needBrowser();
const server = await serve();
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: browserFlags });
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
await page.goto(server.url, { waitUntil: 'networkidle' });
const panels = page.getByRole('region', { name: 'Train, measure, search, prune' });
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable');

/** Seconds the main thread has worked. */
const worked = async () => {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
};
/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
/** Whether a run is going on; asked once in a while, as waiting for a button asks at every frame. */
const live = () => page.evaluate(() => globalThis.document.querySelector('[role=progressbar]') !== null);

/** One epoch from the click to the report. @param {number} workers */
async function epoch(workers) {
  await panels.getByLabel('workers', { exact: true }).selectOption({ label: String(workers) });
  await sleep(8000);
  const estimate = (await panels.locator('.run .words').textContent())?.trim();
  await panels
    .getByRole('button', { name: /^Train( again)?$/ })
    .last()
    .click();
  const [began, before] = [performance.now(), await worked()];
  do await sleep(1000);
  while (await live());
  const seconds = (performance.now() - began) / 1000;
  const busy = ((await worked()) - before) / seconds;
  const facts = (await panels.locator('dl.kv').first().textContent()) ?? '';
  const picturesPerSecond = Number(/pictures a second\s*([\d,]+)/.exec(facts)?.[1]?.replace(',', ''));
  const result = { workers, picturesPerSecond, seconds: Math.round(seconds), estimate, busy: Number(busy.toFixed(3)) };
  console.log(JSON.stringify(result));
  return result;
}

await page.getByRole('combobox', { name: /^width/ }).click();
await page.getByRole('option', { name: '0.5' }).first().click();
await panels.getByRole('tab', { name: /^Train/ }).click();
await panels.getByLabel('engine', { exact: true }).selectOption({ label: 'SIMD core' });
await panels.getByRole('button', { name: 'more settings', exact: true }).click();
const rows = [];
for (let round = 0; round < rounds; round++) for (const workers of [1, 2]) rows.push(await epoch(workers));
await browser.close();
await server.close();

/** @param {number} workers */
const middle = (workers) =>
  rows
    .filter((row) => row.workers === workers)
    .map((row) => row.picturesPerSecond)
    .sort((a, b) => a - b)[rounds >> 1];
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, chromium: version };
const result = {
  machine: { ...machine, load: loadavg() },
  picturesPerSecond: { one: middle(1), two: middle(2) },
  rows
};
writeFileSync(join(root, 'test/bench/results/page.json'), `${JSON.stringify(result, null, 2)}\n`);
console.log('middle of the rounds, pictures a second:', result.picturesPerSecond);
