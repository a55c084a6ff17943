/** @file The diagram as a picture: what is saved is what the page draws, in both themes, and its PNG has every pixel asked for. */
import { join } from 'node:path';
import { decode } from 'fast-png';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type Rolldown } from 'vite';
import type { Architecture } from '$lib/arch/architecture';
import { toUrlCode } from '$lib/arch/url-code';
import { applyNetworkOptions } from '$lib/arch/options';
import { presetById } from '$lib/arch/presets/catalogue';
import type { HeadChoice } from '$lib/arch/with-head';
import { colours, type Theme } from '$lib/diagram/colours';
import { columnsOf } from '$lib/diagram/columns';
import { diagramSvg } from '$lib/export/picture/svg';
import { lower } from '$lib/ops/lower';
import { root } from '../../scripts/setup.mjs';
import { startApp, type App } from '../support/app';

const archOf = (id: string): Architecture => presetById(id)?.arch as Architecture;
const withHead = (head: HeadChoice): Architecture => applyNetworkOptions(archOf('v3-small'), { head });
/** Every kind of mark once; which theme it is drawn in matters to none. */
const networks: Readonly<Record<Theme, readonly Architecture[]>> = {
  light: [archOf('v1'), archOf('v3-large'), withHead('ssdlite')],
  dark: [archOf('article-002-large'), withHead('lraspp'), archOf('article-000-dwconv')]
};

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Shows a picture alone and answers the place of its figure on the sheet. */
async function show(page: Page, svg: string): Promise<readonly [x: number, y: number]> {
  await page.setContent(`<!doctype html><body style="margin:0">${svg}`);
  const moved = await page.locator('svg > g').nth(1).getAttribute('transform');
  const [x = 0, y = 0] = (/\(([\d.]+) ([\d.]+)\)/.exec(moved ?? '') ?? []).slice(1).map(Number);
  return [x, y];
}

/** Share of the pixels of two screenshots that differ by more than one step of sixteen in some colour. */
function difference(one: Uint8Array, other: Uint8Array): number {
  const [a, b] = [decode(one), decode(other)];
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(`test: sizes differ, ${a.width} × ${a.height} and ${b.width} × ${b.height}`);
  let apart = 0;
  for (let i = 0; i < a.width * a.height; i++) {
    const differs = [0, 1, 2].some(
      (k) => Math.abs((a.data[i * a.channels + k] ?? 0) - (b.data[i * b.channels + k] ?? 0)) > 16
    );
    if (differs) apart++;
  }
  return apart / (a.width * a.height);
}

test.each(['light', 'dark'] as const)('saved pictures are the figures on the page, in the %s theme', async (theme) => {
  const { page, context } = await app.open({ colorScheme: theme, width: 1600 });
  const alone = await context.newPage();
  await alone.setViewportSize({ width: 1600, height: 900 });
  for (const arch of networks[theme]) {
    await page.goto(`${app.url}#n=${toUrlCode(arch)}`);
    await page.getByRole('img', { name: `Diagram of ${arch.name}: ${columnsOf(arch, lower(arch)).length} ` }).waitFor();
    // What the person points at is not saved; a figure at whole pixels is drawn as the picture is.
    await page.addStyleTag({
      content: `.wash, .sel { display: none !important }
        .figure { position: fixed !important; top: 0; left: 0; z-index: 99; background: var(--paper) }
        .beyond { mask-image: none !important }`
    });
    const room = await page.locator('.scroller').evaluate((element) => element.clientWidth);
    const drawn = await page.locator('.figure').screenshot();
    const { width, height } = decode(drawn);
    const [x, y] = await show(alone, diagramSvg(arch, { theme, room }));
    const saved = await alone.screenshot({ clip: { x, y, width, height } });
    expect(difference(drawn, saved)).toBeLessThan(0.002);
  }
  await context.close();
});

test('a picture is a document of its own that asks for nothing, whatever the name of the network is', async () => {
  const { page, problems } = await app.open();
  const arch = { ...archOf('v3-small'), name: '</title><script>alert(1)</script>"&\'\u0001' };
  const read = await page.evaluate(
    (svg) => {
      const sheet = new DOMParser().parseFromString(svg, 'image/svg+xml');
      return {
        errors: sheet.querySelectorAll('parsererror').length,
        title: sheet.querySelector('title')?.textContent,
        names: [...new Set([...sheet.querySelectorAll('*')].map((element) => element.localName))].sort()
      };
    },
    diagramSvg(arch, { theme: 'light' })
  );
  expect(read.errors).toBe(0);
  expect(read.title).toBe('</title><script>alert(1)</script>"&\'\uFFFD');
  expect(read.names).toEqual(['circle', 'desc', 'g', 'path', 'rect', 'svg', 'text', 'title']);
  expect(problems.offOrigin).toEqual([]);
});

describe('as PNG', () => {
  let code: string;
  beforeAll(async () => {
    const built = (await build({
      configFile: false,
      root,
      logLevel: 'error',
      resolve: { alias: { $lib: join(root, 'src/lib'), $paraglide: join(root, 'src/paraglide') } },
      build: {
        write: false,
        lib: { entry: join(root, 'src/lib/components/diagram/to-png.ts'), formats: ['iife'], name: 'picture' }
      }
    })) as Rolldown.RolldownOutput[];
    code = built[0]?.output[0].code ?? '';
  });

  test('it has as many pixels as asked for, under the policy of the page', async () => {
    const { page, problems } = await app.open();
    const svg = diagramSvg(archOf('article-000-dwconv'), { theme: 'dark' });
    const [width = 0, height = 0] = (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).slice(1).map(Number);
    for (const scale of [1, 2, 4]) {
      const call = `(async () => { ${code}; return [...await picture.toPng(${JSON.stringify(svg)}, ${scale})]; })()`;
      const png = decode(Uint8Array.from(await page.evaluate<number[]>(call)));
      expect([png.width, png.height]).toEqual([width * scale, height * scale]);
      const at = (x: number, y: number): string => {
        const first = (y * scale * png.width + x * scale) * png.channels;
        return `#${[...png.data.slice(first, first + 3)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
      };
      expect(at(0, 0)).toBe(colours.paper.dark);
      const hottest = new RegExp(`<rect x="([\\d.]+)" y="([\\d.]+)"[^>]*fill="${colours.h5.dark}"`).exec(svg) ?? [];
      const [x = 0, y = 0] = hottest.slice(1).map(Number);
      expect(at(32 + x + 13, 32 + y + 5)).toBe(colours.h5.dark);
    }
    expect(problems.policyViolations).toEqual([]);
  });
});
