/** @file Test support: the built page, served and opened in a real Chromium that notes everything it should not do. */
import { createServer } from 'node:http';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { browserFlags } from '../../scripts/browser.mjs';
import { serve } from '../../scripts/serve.mjs';

/** What a page must never do; every list stays empty in a good run. */
export interface Problems {
  readonly consoleErrors: string[];
  readonly policyViolations: string[];
  readonly offOrigin: string[];
}

/** A server and a browser, shared by the tests of one file. */
export interface App {
  /** The address of the first page, with a trailing slash. */
  readonly url: string;
  readonly browser: Browser;
  /** Opens a page in a context of its own and waits until it can be used. */
  open(options?: OpenOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** What follows the origin, such as `#v3-small`; the empty text opens the first page. */
  readonly path?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly problems: Problems;
}

/** What Chromium asks on its own account when it sees a form; never named by a page. */
const browserOwn = new Set(['content-autofill.googleapis.com:443']);

/** Notes every request that reaches a proxy: as only the own server is bypassed, exactly those that go elsewhere, from workers too. */
async function startTrap(): Promise<{ port: number; seen: string[]; close: () => void }> {
  const seen: string[] = [];
  const trap = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(502).end();
  });
  trap.on('connect', (request, socket) => {
    if (!browserOwn.has(request.url ?? '')) seen.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Blocked\r\n\r\n');
  });
  await new Promise<void>((done) => trap.listen(0, '127.0.0.1', done));
  const address = trap.address();
  if (address === null || typeof address === 'string') throw new Error('trap: the proxy has no port');
  return { port: address.port, seen, close: () => trap.close() };
}

function watch(page: Page, origin: string, problems: Problems): void {
  page.on('console', (message) => {
    if (message.type() === 'error') problems.consoleErrors.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.consoleErrors.push(error.stack ?? error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== origin) problems.offOrigin.push(request.url());
  });
}

/** Serves the built page on a free port and starts a browser, with more flags where a test needs them; `close` ends both. */
export async function startApp(flags: readonly string[] = []): Promise<App> {
  const server = await serve();
  const trap = await startTrap();
  const url = server.url.replace('localhost', '127.0.0.1');
  const { origin } = new URL(url);
  const executablePath = process.env.CHROMIUM_PATH;
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [...browserFlags, ...flags]
  });
  return {
    url,
    browser,
    async open({ path = '', width = 1440, height = 900, colorScheme = 'light', reducedMotion = 'reduce' } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        reducedMotion,
        proxy: { server: `http://127.0.0.1:${trap.port}`, bypass: '127.0.0.1' }
      });
      const problems: Problems = { consoleErrors: [], policyViolations: [], offOrigin: trap.seen };
      await context.exposeFunction('reportViolation', (text: string) => problems.policyViolations.push(text));
      await context.addInitScript(() => {
        const { reportViolation } = globalThis as unknown as { reportViolation: (text: string) => void };
        addEventListener('securitypolicyviolation', (event) => {
          reportViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
        });
      });
      const page = await context.newPage();
      watch(page, origin, problems);
      await page.goto(url + path, { waitUntil: 'networkidle' });
      return { page, context, problems };
    },
    async close() {
      await browser.close();
      trap.close();
      await server.close();
    }
  };
}
