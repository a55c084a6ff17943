/** @file `bneck list`, `bneck summary` and `bneck diff` print what the networks are, through one set of options. */
import { describe, expect, test } from 'vitest';
import { presets } from '$lib/arch/presets/catalogue';
import { readGolden } from '../support/golden';
import { openFolder } from './program';

const { bneck } = openFolder();

interface Summary {
  readonly input: readonly number[];
  readonly params: number;
  readonly madds: number;
  readonly layers: readonly { readonly id: string; readonly out: readonly number[] }[];
  readonly outputs: readonly string[];
}

const summary = (...words: string[]): Summary => JSON.parse(bneck('summary', ...words, '--json').out) as Summary;

describe('bneck list', () => {
  test('names every preset in its group', () => {
    const { out, status } = bneck('list');
    expect(status).toBe(0);
    const ids = out.split('\n').map((line) => line.split(' ')[0]);
    for (const { id } of presets) expect(ids).toContain(id);
    expect(ids).toEqual(expect.arrayContaining(['mnasnet-a1', 'article-003-repaired', 'article-004-small']));
  });

  test('--json carries source and published numbers', () => {
    const entries = JSON.parse(bneck('list', '--json').out) as { id: string; published: object | null }[];
    expect(entries).toHaveLength(presets.length);
    expect(entries.find(({ id }) => id === 'v3-large')?.published).toMatchObject({ params: '5.4 M', madds: '219 M' });
  });
});

describe('bneck summary', () => {
  test('--json prints name, input, totals and layers', () => {
    const all = summary('v3-large');
    const first = ['name', 'input', 'params', 'trainableParams', 'madds', 'activationBytes', 'layers'];
    expect(Object.keys(all).slice(0, 7)).toEqual(first);
    expect(all).toMatchObject({ input: [224, 224, 3], params: 5_483_032, trainableParams: 5_483_032 });
    expect(all.layers[0]).toMatchObject({ id: 'stem', op: 'conv', out: [112, 112, 16] });
    expect(all.layers[0]).toMatchObject({ receptiveField: { size: [3, 3], jump: [2, 2] }, activationBytes: 802_816 });
  });

  // Totals of torchvision 0.14.1 and of the papers' code.
  test.each([
    [['v3-large', '--width', '0.75'], 3_377_576, 140_033_816],
    [['v2', '--width', '0.35'], 1_677_128, 59_285_808],
    [['v3-large', '--reduced-tail'], 2_569_352, 182_302_720],
    [['v3-large', '--output-stride', '16', '--reduced-tail'], 2_569_352, 224_427_040],
    [['v3-large', '--head', 'lraspp'], 3_221_538, 379_281_312],
    [['v3-large', '--head', 'ssdlite', '--reduced-tail'], 3_440_060, 583_171_904],
    [['v3-large', '--head', 'ssdlite'], 5_198_540, 689_751_104],
    [['v1', '--width', '0.25', '--input', '128', '--classes', '1001'], 470_329, 13_570_304]
  ])('%j', (words, params, madds) => {
    expect(summary(...words)).toMatchObject({ params, madds });
  });

  test('--input HxWxC, --width and --padding reach the network', () => {
    const all = summary('v2', ...['--input', '96x128x1', '--width', '0.5', '--padding', 'symmetric', '--classes', '7']);
    expect(all.input).toEqual([96, 128, 1]);
    expect(all.layers.at(-1)).toMatchObject({ id: 'head.logits', out: [1, 1, 7] });
  });

  test('--width-rule keras scales by the input of each row, torchvision by its own widths', () => {
    const keras = summary('v3-large', '--width', '0.75', '--width-rule', 'keras');
    expect(keras.params).not.toBe(3_377_576);
    expect(keras.layers[0]?.out).toEqual([112, 112, 16]);
  });

  test('--head features answers with the rows named', () => {
    const all = summary('v3-large', '--head', 'features', '--out-indices', '3,6,12');
    const shapes = all.outputs.map((id) => all.layers.find((layer) => layer.id === id)?.out);
    expect(shapes).toEqual([
      [28, 28, 40],
      [14, 14, 80],
      [7, 7, 160]
    ]);
  });

  test.each([
    ['fvcore', '226,033,824 as fvcore counts'],
    ['ptflops', 'as ptflops counts']
  ])('--as %s prints one count', (style, text) => {
    const { out } = bneck('summary', 'v3-large', '--as', style);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(out).toContain(text);
  });

  test('a preset says where it was read, and an article how it differs from the paper', () => {
    expect(bneck('summary', 'v3-large').out).toContain('219 M MAdds, top-1 75.2 %');
    const { out } = bneck('summary', 'article-003');
    expect(out).toContain('differences from MobileNetV1');
    expect(out).toMatch(/row 13 +stride +1 → 2/);
  });
});

describe('bneck summary --as torchsummary', () => {
  interface Printed {
    readonly rows: readonly (readonly [layer: string, shape: readonly number[], params: number])[];
  }
  const golden = readGolden<Readonly<Record<'large' | 'small', Printed>>>('seed004_summary.json');
  if (!golden) process.stdout.write('skipped: golden seed004_summary.json is absent\n');

  test.each([
    ['large', 173, '4,166,344', ['0.57', '384.21', '15.89', '400.68']],
    ['small', 114, '2,256,024', ['0.57', '153.69', '8.61', '162.87']]
  ] as const)('article-004-%s prints the rows and sizes of the article', (size, count, total, sizes) => {
    const { out } = bneck('summary', `article-004-${size}`, '--as', 'torchsummary');
    const rows = out.split('\n').filter((line) => /^ *[A-Za-z0-9]+-\d+ +\[/.test(line));
    expect(rows).toHaveLength(count);
    const printed = golden?.[size].rows.map(
      ([layer, shape, params]) => `${layer} [${shape.join(', ')}] ${params.toLocaleString('en')}`
    );
    if (printed) expect(rows.map((row) => row.trim().replace(/ {2,}(?=\[)| {2,}(?=\d)/g, ' '))).toEqual(printed);
    expect(out).toContain(`Total params: ${total}`);
    expect([...out.matchAll(/\(MB\): ([\d.]+)/g)].map(([, value]) => value)).toEqual(sizes);
  });
});

describe('bneck diff', () => {
  test('lists the cells that differ and both totals', () => {
    const { out, status } = bneck('diff', 'v1', 'article-003');
    expect(status).toBe(0);
    expect(out).toMatch(/row 13 +stride +1 → 2/);
    expect(out).toContain('4,231,976 → 4,231,976 (0)');
    expect(out).toContain('568.74 → 533.83 M (\u221234.91 M)');
  });

  test('--json carries paths; a network differs from itself nowhere', () => {
    const same = JSON.parse(bneck('diff', 'v2', 'v2', '--json').out) as { rows: unknown[]; params: object };
    expect(same.rows).toEqual([]);
    expect(same.params).toEqual({ from: 3_504_872, to: 3_504_872, change: 0 });
    const other = JSON.parse(bneck('diff', 'v1', 'article-003', '--json').out) as { rows: { path: string }[] };
    expect(other.rows.map(({ path }) => path)).toContain('rows.12.stride');
  });
});
