import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { colours, faces, heatColours, type Theme } from './colours';
import { looks, type Paint } from './looks';
import type { Look } from './marks';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const sheet = read('../../app.css');
const component = read('../components/diagram/Marks.svelte').replace(/^[^]*<style>|<\/style>[^]*$/g, '');

/** oklch to sRGB in hex (CSS Color 4 §10, Björn Ottosson's matrices). */
function hex(text: string): string {
  const [l = 0, chroma = 0, hue = 0] = text.split(' ').map(Number);
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short
  ];
  const bytes = linear.map((x) => Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055)));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** A colour as a style sheet writes it: of a token, or in itself. */
function colour(text: string, theme: Theme): string {
  const token = /^var\(--([\w-]+)(?:, .*)?\)$/.exec(text)?.[1];
  if (token !== undefined) {
    const said = new RegExp(`--${token}: ([^;]+);`).exec(sheet)?.[1];
    if (said === undefined) throw new Error(`test: app.css has no --${token}`);
    return colour(said, theme);
  }
  const pair = /^light-dark\(oklch\((.*)\), oklch\((.*)\)\)$/.exec(text);
  if (!pair) throw new Error(`test: no colour: ${text}`);
  return hex(pair[theme === 'light' ? 1 : 2] ?? '');
}

/** What the rules of both sheets say of a class, outside of media queries and small drawings; later ones win. */
function declared(name: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, selectors = '', body = ''] of `${sheet}${component}`.matchAll(
    /(?:^|})\s*([^{}@]+?)\s*{([^{}]*)(?=})/gm
  )) {
    const own = selectors.split(/,\s*/).some((one) => [`.${name}`, `svg .${name}`].includes(one.trim()));
    if (!own) continue;
    for (const [, property = '', value = ''] of body.matchAll(/([\w-]+):\s*([^;]+);/g))
      found[property] = value.replace(/\s+/g, ' ');
  }
  return found;
}

describe('the colours of pictures', () => {
  test.each(Object.entries(colours).filter(([token]) => token !== 'edge'))('%s is that of the page', (token, both) => {
    expect(both).toEqual({ light: colour(`var(--${token})`, 'light'), dark: colour(`var(--${token})`, 'dark') });
  });

  test('the edge of a body is that of the page', () => {
    const stroke = declared('edge').stroke ?? '';
    expect(colours.edge).toEqual({ light: colour(stroke, 'light'), dark: colour(stroke, 'dark') });
  });

  test('heat is one ramp of lightness, and its ink is read on it', () => {
    const luminance = (text: string): number => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => (parseInt(text.slice(at, at + 2), 16) / 255) ** 2.2);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    for (const theme of ['light', 'dark'] as const) {
      const ramp = heatColours(theme).map(({ fill }) => luminance(fill));
      expect(ramp).toEqual(ramp.toSorted((a, b) => (theme === 'light' ? b - a : a - b)));
      for (const { fill, ink } of heatColours(theme)) {
        const [low = 0, high = 0] = [luminance(fill), luminance(ink)].sort((a, b) => a - b);
        expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(3);
      }
    }
  });

  test('typefaces are those of the page', () => {
    for (const [name, stack] of Object.entries(faces))
      expect(new RegExp(`--${name}:\\s*([^;]+);`).exec(sheet)?.[1]?.replace(/\s+/g, ' ')).toBe(stack);
  });
});

describe('the paint of pictures', () => {
  /** A paint in the words of a style sheet; what the page says of every text in an svg is said here, too. */
  const asCss = (paint: Paint): Record<string, string> => {
    const { fill, stroke, strokeWidth, dash, round, opacity, fontSize, bold, italic, serif } = paint;
    const of = (what: string): string => (what === 'none' ? 'none' : `var(--${what})`);
    return {
      ...(fill === 'heat' ? {} : { fill: of(fill) }),
      ...(stroke === undefined ? {} : { stroke: stroke === 'heat' ? 'var(--hk, var(--ink))' : of(stroke) }),
      ...(strokeWidth === undefined ? {} : { 'stroke-width': String(strokeWidth) }),
      ...(dash === undefined ? {} : { 'stroke-dasharray': dash }),
      ...(round ? { 'stroke-linejoin': 'round', 'stroke-linecap': 'round' } : {}),
      ...(opacity === undefined ? {} : { opacity: String(opacity) }),
      ...(fontSize === undefined ? {} : { 'font-size': `${fontSize}px` }),
      ...(bold ? { 'font-weight': '600' } : {}),
      ...(italic ? { 'font-style': 'italic' } : {}),
      ...(serif ? { 'font-family': 'var(--serif)' } : {})
    };
  };
  const everyText = { fill: 'var(--ink-2)', 'font-size': '11.5px' };

  test('every text of the page’s drawings begins as pictures do', () => {
    const rule = /svg text \{([^}]*)\}/.exec(sheet)?.[1] ?? '';
    for (const [property, value] of Object.entries({ ...everyText, 'font-family': 'var(--sans)' }))
      expect(rule).toContain(`${property}: ${value};`);
  });

  test.each(Object.entries(looks) as [Look, Paint][])('%s is that of the page', (look, paint) => {
    const {
      transition: _,
      'vector-effect': __,
      ...said
    } = Object.assign({}, ...look.split('.').map(declared)) as Record<string, string>;
    if (look === 'edge') said.stroke = 'var(--edge)';
    const { fontSize } = paint;
    expect(fontSize === undefined ? said : { ...everyText, ...said }).toEqual(asCss(paint));
  });
});
