/** @file Step 8, export: what stands around the score in a picture: name, counts, how to read it, and the scale of the colours. */
import type { Paint } from '$lib/diagram/looks';
import { path, rect, words, type Mark, type Words } from '$lib/diagram/marks';

/** What a frame says; the colours are `metric`, from 0 to `most`. */
export interface Told {
  readonly name: string;
  readonly facts: string;
  readonly caption: string;
  readonly metric: string;
  readonly most: string;
}

/** A mark with a paint of its own where no look of the page fits. */
export interface Framed {
  readonly mark: Mark;
  readonly paint?: Paint;
}

/** A frame above a figure: its marks and its height in pixels. */
export interface Frame {
  readonly marks: readonly Framed[];
  readonly height: number;
}

const title: Paint = { fill: 'ink', fontSize: 30, serif: true };
const fact: Paint = { fill: 'ink-2', fontSize: 13 };
/** Pixels of an average letter in these sizes, rather too wide: a typeface is only known where the picture is shown. */
const letterPx = { title: 15.5, fact: 6.8, caption: 6.9 } as const;
const stepPx = { title: 36, fact: 22, caption: 21 } as const;

const swatch = { width: 26, height: 10 } as const;
const scaleWidth = 6 * swatch.width;
/** From here on the scale has room beside the name. */
const roomy = 760;

/** Breaks a text into lines of at most so many letters: between words, and within one that is longer. */
function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  const pieces = text.split(' ').flatMap((word) => {
    const letters = Array.from(word);
    const count = Math.max(1, Math.ceil(letters.length / most));
    return Array.from({ length: count }, (_, i) => letters.slice(i * most, (i + 1) * most).join(''));
  });
  for (const piece of pieces) {
    const open = lines.at(-1);
    if (open !== undefined && open.length + 1 + piece.length <= most) lines[lines.length - 1] = `${open} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}

/** The scale of the colours, from `left` on: what they are, six classes, 0 and the most beneath their ends. */
function scaleMarks({ metric, most }: Told, left: number, y: number): Framed[] {
  const right = left + scaleWidth;
  const named: Partial<Words> = left > 0 ? { x: right, anchor: 'end' } : { x: left };
  return [
    words('scale.name', 'k3', { x: left, y, text: metric, ...named }),
    ...[0, 1, 2, 3, 4, 5].map((heat): Mark => {
      const at = { x: left + heat * swatch.width, y: y + 8, width: swatch.width, height: swatch.height };
      return { ...rect(`scale.${heat}`, 'body', at), heat };
    }),
    words('scale.zero', 'k3', { x: left, y: y + 32, text: '0' }),
    words('scale.most', 'k3', { x: right, y: y + 32, anchor: 'end', text: most })
  ].map((mark) => ({ mark }));
}

/** The frame above a figure of this width in pixels. */
export function frameAbove(told: Told, width: number): Frame {
  const beside = width >= roomy;
  const room = beside ? width - Math.max(scaleWidth, told.metric.length * letterPx.fact) - 48 : width;
  const marks: Framed[] = [];
  let y = 0;
  const write = (kind: keyof typeof stepPx, text: string, wide: number): void => {
    for (const line of wrap(text, Math.floor(wide / letterPx[kind]))) {
      y += stepPx[kind];
      const mark = words(`${kind}.${y}`, 'ser.it.note', { x: 0, y: y - 7, text: line });
      if (kind === 'caption') marks.push({ mark });
      else marks.push({ mark, paint: kind === 'title' ? title : fact });
    }
  };
  write('title', told.name, room);
  write('fact', told.facts, room);
  if (beside) marks.push(...scaleMarks(told, width - scaleWidth, 16));
  y += 10.5;
  marks.push({ mark: path('rule', 'hairl', `M0 ${y}H${width}`) });
  y += 9.5;
  write('caption', told.caption, width);
  if (!beside) {
    marks.push(...scaleMarks(told, 0, y + 20));
    y += 56;
  }
  return { marks, height: y + 12 };
}
