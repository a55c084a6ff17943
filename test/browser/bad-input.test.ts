/** @file Broken links, files and folders are answered with a message; the page goes on with what it had. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type App } from '../support/app';

let app: App;
const folder = mkdtempSync(join(tmpdir(), 'bneck-input-'));
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const title = 'MobileNetV3-Small';

describe('a broken link', () => {
  test.each([
    ['#n=1~nowhere', 'must have 10 fields or name a preset'],
    ['#n=7~v3-small', 'must start with version 2'],
    ['#n=1~a~28x28x1~10~same~0.001-0.9~v3~3-16-h-1~b-3-0-16-0-r-1~0~0', 'exp size must be a whole number'],
    ['#%%%', 'must start with version 2']
  ])('%s opens the app with a message', async (path, message) => {
    const { page, problems } = await app.open({ path });
    await page.getByRole('alert').getByText(message).waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(problems.consoleErrors).toEqual([]);
    await page.context().close();
  });
});

describe('a broken file', () => {
  test.each([
    ['broken.json', '{"format": 1,', 'must be JSON'],
    ['other.json', '{"format": 2}', 'format must be 1'],
    ['list.json', '[1, 2]', 'a network needs the field']
  ])('%s is refused and the open network stays', async (name, text, message) => {
    const { page, problems } = await app.open();
    await page.locator('input[type=file][accept*=json]').setInputFiles({
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(text)
    });
    await page.getByRole('alert').getByText(message).first().waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(problems.consoleErrors).toEqual([]);
    await page.context().close();
  });
});

describe('a folder that holds no pictures', () => {
  test.each([
    ['only-text', { 'cats/readme.txt': 'no picture' }, 'must hold pictures'],
    ['unreadable', { 'cats/a.png': 'no', 'dogs/b.png': 'no' }, 'unreadable']
  ])('%s is refused in words', async (name, files, message) => {
    for (const [path, text] of Object.entries(files)) {
      const at = join(folder, name, path);
      mkdirSync(join(at, '..'), { recursive: true });
      writeFileSync(at, text);
    }
    const { page } = await app.open();
    const panels = page.getByRole('region', { name: 'Train, measure, search, prune' });
    await panels.getByRole('tab', { name: 'Train' }).click();
    await panels.getByLabel('pictures', { exact: true }).selectOption({ label: 'a folder of yours' });
    await panels.locator('input[webkitdirectory]').setInputFiles(join(folder, name));
    await panels.getByText(message).first().waitFor();
    expect(await panels.getByText(message).first().textContent()).toContain(name);
    await page.context().close();
  });
});
