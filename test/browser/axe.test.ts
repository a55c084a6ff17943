/** @file Accessibility smoke test: axe finds nothing, light and dark, on a wide and on a narrow screen. */
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from '../support/app';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const screens = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' }
] as const;

test.each(screens)('axe finds no violation at $width px, $colorScheme', async (screen) => {
  const { page } = await app.open(screen);
  const { violations, passes } = await new AxeBuilder({ page }).analyze();
  const found = violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(' ')).join(' | ')}`);
  expect(found).toEqual([]);
  expect(passes.length).toBeGreaterThan(10);
});
