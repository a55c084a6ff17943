/** @file Step 8, export: marks of a drawing as the text of SVG elements, every colour and line in plain attributes. */
import { colours, faces, type Theme, type Token } from '$lib/diagram/colours';
import { looks, type Paint } from '$lib/diagram/looks';
import type { Mark } from '$lib/diagram/marks';
import { unreachable } from '$lib/base/assert';

/** A text as XML has it: its five signs escaped, and what XML 1.0 cannot hold (§2.2) replaced. */
export function xmlText(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

const rounded = (value: number): string => String(Math.round(value * 100) / 100);
/** The numbers of a path, as short as the others. */
const shortened = (d: string): string => d.replaceAll(/-?\d*\.\d+(?:e-?\d+)?/g, (value) => rounded(Number(value)));

/** The start of a tag; what is undefined is left out. */
export function tag(name: string, attributes: Attributes): string {
  const said = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [` ${key}="${typeof value === 'number' ? rounded(value) : xmlText(value)}"`];
  });
  return `<${name}${said.join('')}`;
}

/** A paint as attributes; letters only where there are some. */
export function paintAttributes(paint: Paint, theme: Theme, heat = 0): Attributes {
  const of = (token: Token): string => colours[token][theme];
  const { fill, stroke } = paint;
  const hot = (what: 'h' | 'hk'): string => of(`${what}${heat}` as Token);
  return {
    fill: fill === 'none' ? 'none' : fill === 'heat' ? hot('h') : of(fill),
    stroke: stroke === undefined ? undefined : stroke === 'heat' ? hot('hk') : of(stroke),
    'stroke-width': paint.strokeWidth,
    'stroke-dasharray': paint.dash,
    'stroke-linejoin': paint.round ? 'round' : undefined,
    'stroke-linecap': paint.round ? 'round' : undefined,
    opacity: paint.opacity,
    'font-size': paint.fontSize,
    'font-family': paint.serif ? faces.serif : undefined,
    'font-weight': paint.bold ? 600 : undefined,
    'font-style': paint.italic ? 'italic' : undefined
  };
}

/** One mark as an element, painted as its look says, or otherwise. */
export function markText(mark: Mark, theme: Theme, paint: Paint = looks[mark.look]): string {
  const painted = paintAttributes(paint, theme, mark.heat);
  switch (mark.shape) {
    case 'rect': {
      const { x, y, width, height, rx } = mark;
      return `${tag('rect', { x, y, width, height, rx, ...painted })}/>`;
    }
    case 'path': {
      const dash = mark.dash === undefined ? {} : { 'stroke-dasharray': mark.dash };
      return mark.d === '' ? '' : `${tag('path', { d: shortened(mark.d), ...painted, ...dash })}/>`;
    }
    case 'circle': {
      const { cx, cy, r } = mark;
      return `${tag('circle', { cx, cy, r, ...painted })}/>`;
    }
    case 'text': {
      const { x, y, anchor, text } = mark;
      if (text === '') return '';
      const ends = anchor === 'start' ? undefined : anchor;
      return `${tag('text', { x, y, 'text-anchor': ends, ...painted })}>${xmlText(text)}</text>`;
    }
    default:
      return unreachable(mark);
  }
}
