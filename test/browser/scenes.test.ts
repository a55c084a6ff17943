/** @file Training a network with boxes in a real browser: refused on labels in words, trained on scenes, its results drawn. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashOf } from '../../src/lib/state/url';
import { startApp, type App } from '../support/app';
import { detector } from '../support/dense-networks';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

test('a detector is refused on labels, learns scenes, and shows each class and the worst scenes', async () => {
  const { page, context, problems } = await app.open({ path: hashOf(detector(32)) });
  page.setDefaultTimeout(60_000);
  const panels = page.getByRole('region', { name: 'Train, measure, search, prune' });
  await panels.getByRole('tab', { name: /^Train/ }).click();
  const field = (name: string) => panels.getByLabel(name, { exact: true });
  await panels.getByText('which learns boxes; the pictures of Fashion-MNIST have only a class each').waitFor();
  await field('pictures').selectOption({ label: 'Garment scenes (masks and boxes)' });
  await panels.getByText('32 × 32 × 1, the network’s input: 1,200 scenes to train on').waitFor();
  await field('engine').selectOption({ label: 'SIMD core' });
  await field('optimizer').selectOption({ label: 'AdamW' });
  await field('learning rate').fill('0.01');
  await field('batch').fill('16');
  await field('batch').press('Enter');
  await panels.getByRole('button', { name: 'Train', exact: true }).click();

  await panels.getByRole('heading', { name: 'Where it errs' }).waitFor();
  expect(await panels.getByText(/^AP@0\.5 is [\d.]+ % on 200 validation scenes/).count()).toBe(1);
  await panels.getByText('checked with TF.js').waitFor();
  const rows = panels.getByRole('table', { name: 'Average precision of each class' }).getByRole('row');
  expect(await rows.count()).toBe(4);
  const shares = await rows.locator('td:nth-child(3)').allTextContents();
  expect(shares.map((text) => parseFloat(text)).reduce((a, b) => a + b, 0) / 3).toBeGreaterThan(30);
  expect(await panels.getByRole('img', { name: /^AP@0\.5/ }).count()).toBe(1);

  const scenes = panels.getByRole('button', { name: /^Scene \d+, \d+ % right\. There: .*Answered: .*Look into it$/ });
  expect(await scenes.count()).toBe(12);
  expect(await scenes.first().locator('rect').count()).toBeGreaterThan(0);
  await scenes.first().click();
  await panels
    .getByRole('img', { name: /^What .* makes of the picture/ })
    .first()
    .waitFor();
  expect(problems.consoleErrors).toEqual([]);
  await context.close();
}, 120_000);
