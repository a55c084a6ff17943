/** @file Gates on the built page: isolation, security policy, no word to the outside, assets as they should be served. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type App } from '../support/app';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe('the served page', () => {
  test('is cross-origin isolated', async () => {
    const { page } = await app.open();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('carries a Content-Security-Policy header with the hash of its script and no unsafe script', async () => {
    const response = await fetch(app.url);
    const policy = response.headers.get('content-security-policy') ?? '';
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
    expect(scripts).toMatch(/'sha256-[\w+/=]+'/);
    expect(scripts).not.toMatch(/'unsafe-inline'|'unsafe-eval'|https?:/);
    expect(policy).toContain("object-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  test('refuses a script that is not its own', async () => {
    const { page, problems } = await app.open();
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.intruder = true';
      document.head.append(script);
    });
    expect(await page.evaluate(() => 'intruder' in globalThis)).toBe(false);
    await expect.poll(() => problems.policyViolations.join()).toContain('script-src');
  });

  test('opens without a console error, a policy violation or a request to another origin', async () => {
    const { page, problems } = await app.open();
    await page.waitForLoadState('networkidle');
    expect(problems).toEqual({ consoleErrors: [], policyViolations: [], offOrigin: [] });
  });

  test('cannot ask another origin: its policy refuses', async () => {
    const { page, problems } = await app.open();
    await page.evaluate(() => fetch('http://example.invalid/').catch(() => null));
    await expect.poll(() => problems.policyViolations.join()).toContain('connect-src');
  });

  test('would be caught if its policy let it', async () => {
    const { context, problems } = await app.open();
    const bare = await context.newPage();
    await bare.goto('http://example.invalid/').catch(() => null);
    expect(problems.offOrigin).toContain('http://example.invalid/');
    problems.offOrigin.length = 0;
  });

  test('scrolls nowhere sideways at 390 px', async () => {
    const { page } = await app.open({ width: 390, height: 844 });
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((node) => node.getBoundingClientRect().right > innerWidth)
        .map((node) => `${node.tagName.toLowerCase()}.${node.getAttribute('class') ?? ''}`)
    );
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, `reaching too far: ${wide.slice(0, 8).join(', ')}`).toBeLessThanOrEqual(390);
  });
});

describe('the server', () => {
  test('sends the dataset as the bytes of its file, undecoded', async () => {
    const response = await fetch(new URL('data/fashion-mnist.u8.gz', app.url));
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get('content-encoding')).toBeNull();
    expect([bytes[0], bytes[1]]).toEqual([0x1f, 0x8b]);
  });

  test.each(['../package.json', '%2e%2e/package.json', '..%2fpackage.json', '%2e%2e%2fpackage.json', '%00', '%zz'])(
    'gives nothing outside its folder for %s',
    async (path) => {
      const response = await fetch(`${app.url}${path}`);
      expect(response.status).toBeGreaterThanOrEqual(400);
    }
  );

  test('answers 404 for what is not there and 405 for what is no reading', async () => {
    expect((await fetch(`${app.url}nowhere`)).status).toBe(404);
    expect((await fetch(app.url, { method: 'POST' })).status).toBe(405);
  });
});
