import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../arch/architecture';
import { applyNetworkOptions } from '../../arch/options';
import { presetById, presets } from '../../arch/presets/catalogue';
import { colours } from '../../diagram/colours';
import { columnsOf } from '../../diagram/columns';
import { lower } from '../../ops/lower';
import { diagramSvg } from './svg';
import { xmlText } from './svg-text';

const archOf = (id: string): Architecture => presetById(id)?.arch as Architecture;
const large = archOf('v3-large');
const networks = [
  ...presets.map(({ id, arch }) => [id, arch] as const),
  ...(['lraspp', 'lraspp-paper', 'ssdlite', 'features'] as const).map(
    (head) => [`v3-large with ${head}`, applyNetworkOptions(large, { head })] as const
  ),
  ['v3-large named at length', { ...large, name: `${'word '.repeat(12)}${'x'.repeat(60)}` }] as const
];

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The elements of a text in order; throws where it is not well-formed. */
function elements(svg: string): Element[] {
  const open: string[] = [];
  const all: Element[] = [];
  let read = 0;
  for (const [text, end, name = '', written = '', closed, words] of svg.matchAll(
    /<(\/?)(\w+)((?: [\w:-]+="(?:[^"<>&]|&#\d+;)*")*)(\/?)>|((?:[^<>&]|&#\d+;)+)/g
  )) {
    read += text.length;
    if (words !== undefined) continue;
    if (end) {
      if (open.pop() !== name) throw new Error(`test: ${name} is closed before it is opened`);
      continue;
    }
    if (!closed) open.push(name);
    const pairs = [...written.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, value] as const
    );
    const attributes = new Map(pairs);
    if (attributes.size !== pairs.length) throw new Error(`test: ${text} says something twice`);
    all.push({ name, attributes });
  }
  if (read !== svg.length || open.length > 0)
    throw new Error(`test: read ${read} of ${svg.length}, open ${open.join()}`);
  return all;
}

describe.each(networks)('the picture of %s', (_, arch) => {
  test.each(['light', 'dark'] as const)('stands alone, well-formed, in the %s colours and no others', (theme) => {
    const all = elements(diagramSvg(arch, { theme }));
    const known = ['svg', 'title', 'desc', 'g', 'rect', 'path', 'circle', 'text'];
    expect(all.filter(({ name }) => !known.includes(name))).toEqual([]);
    const palette: Set<string> = new Set(['none', ...Object.values(colours).map((both) => both[theme])]);
    const said = all.flatMap(({ attributes }) => [...attributes]);
    expect(said.filter(([key, value]) => (key === 'fill' || key === 'stroke') && !palette.has(value))).toEqual([]);
    expect(said.filter(([, value]) => /NaN|undefined|Infinity|var\(|url\(|oklch/.test(value))).toEqual([]);
    expect(said.filter(([key]) => /^on|href|^class$/.test(key))).toEqual([]);
  });

  test('keeps every word and rectangle on its sheet', () => {
    const [sheet, ...all] = elements(diagramSvg(arch, { theme: 'light' }));
    const of = ({ attributes }: Element, key: string): number => Number(attributes.get(key) ?? 0);
    const [width = 0, height = 0] = sheet ? [of(sheet, 'width'), of(sheet, 'height')] : [];
    expect(sheet?.attributes.get('viewBox')).toBe(`0 0 ${width} ${height}`);
    const off = all.filter((one) => {
      const [x, y] = [of(one, 'x'), of(one, 'y')];
      return x < 0 || y < 0 || x + of(one, 'width') > width || y + of(one, 'height') > height;
    });
    expect(off).toEqual([]);
  });
});

test('says in words what is drawn: a title, a description, counts and what the colours are', () => {
  const svg = diagramSvg(archOf('v3-small'), { theme: 'light' });
  const title = /<title id="([^"]+)">(.*)<\/title>/.exec(svg);
  const told = /<desc id="([^"]+)">(.*)<\/desc>/.exec(svg);
  expect(svg).toContain(`aria-labelledby="${title?.[1]}" aria-describedby="${told?.[1]}"`);
  expect(title?.[2]).toBe('MobileNetV3-Small');
  for (const words of [
    '16 operators',
    '224 by 224',
    '1,000 classes',
    '2,542,856 parameters',
    '56.51 million',
    'up to 6.3 M'
  ])
    expect(told?.[2]).toContain(words);
  expect(svg).toMatch(/>224 × 224 × 3 in, 1,000 classes, 2,542,856 parameters, 56\.51 M multiply-adds</);
});

test('a backbone answers with maps, not with classes', () => {
  const svg = diagramSvg(applyNetworkOptions(large, { head: 'features' }), { theme: 'light' });
  expect(svg).toContain('to maps of features');
  expect(svg).not.toContain('classes');
});

describe('colours follow', () => {
  const arch = archOf('v3-small');
  const columns = columnsOf(arch, lower(arch));
  const hottest = (svg: string): number => svg.split(`fill="${colours.h5.light}"`).length - 1;

  test('the metric: the dense layers are hottest by parameters, not by multiply-adds', () => {
    const [madds, params] = (['madds', 'params'] as const).map((metric) =>
      diagramSvg(arch, { theme: 'light', by: { metric } })
    );
    expect(params).toContain('>1,025,000<');
    expect(madds).toContain('>6.3 M<');
    // One of them is the scale.
    expect([hottest(params ?? ''), hottest(madds ?? '')]).toEqual([
      1 + columns.filter((column) => column.params / 1_025_000 > 5 / 6).length,
      1 + columns.filter((column) => column.madds / Math.max(...columns.map(({ madds }) => madds)) > 5 / 6).length
    ]);
  });

  test.each(['measured', 'predicted'] as const)('times that were %s, and says so', (kind) => {
    const msPerColumn = columns.map((_, i) => (i === 3 ? 2 : i === 4 ? null : 0.1));
    const by = { metric: 'time', msPerColumn, kind, setting: 'LiteRT.js, <1> thread' } as const;
    const svg = diagramSvg(arch, { theme: 'light', by });
    expect(svg).toContain(`>time, ${kind} (LiteRT.js, &#60;1&#62; thread)<`);
    expect(svg).toContain('>2.00 ms<');
    expect(hottest(svg)).toBe(2);
  });
});

test('a name is text, whatever it is', () => {
  const name = '</title><script>alert(1)</script>"&\'\u0000\uD800 ]]>';
  const svg = diagramSvg({ ...archOf('v3-small'), name }, { theme: 'dark' });
  expect(svg).not.toContain('<script');
  expect(elements(svg).filter((one) => one.name === 'title')).toHaveLength(1);
  expect(xmlText(name)).toBe(
    '&#60;/title&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#38;&#39;\uFFFD\uFFFD ]]&#62;'
  );
  expect(xmlText('\u{1F600}\t\n')).toBe('\u{1F600}\t\n');
});

test('the same table gives the same text', () => {
  expect(diagramSvg(large, { theme: 'light' })).toBe(diagramSvg(structuredClone(large), { theme: 'light' }));
});

test('with less room columns stand closer, with few columns the sheet is small', () => {
  const width = (svg: string): number => Number(/width="(\d+)"/.exec(svg)?.[1]);
  expect(width(diagramSvg(large, { theme: 'light', room: 800 }))).toBeLessThan(
    width(diagramSvg(large, { theme: 'light' }))
  );
  expect(width(diagramSvg(archOf('article-000-dwconv'), { theme: 'light' }))).toBe(460 + 64);
});
