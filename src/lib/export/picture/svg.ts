/** @file Step 8, export: the diagram of a network as a picture that stands alone: name, counts, what the colours say, and the score. */
import type { Architecture } from '$lib/arch/architecture';
import { formatCount, formatMillions } from '$lib/base/format';
import { totalCost } from '$lib/cost/cost';
import { faces, type Theme } from '$lib/diagram/colours';
import { columnsOf } from '$lib/diagram/columns';
import { axisMarks, bandMarks, figureHeight, figureMarks } from '$lib/diagram/figure-marks';
import { heroScore } from '$lib/diagram/layout';
import { rect } from '$lib/diagram/marks';
import { mostOf, mostText, valuesOf } from '$lib/diagram/metric';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { frameAbove } from './svg-frame';
import { markText, tag, xmlText } from './svg-text';

/** What colours the columns; times are milliseconds per column, null where unknown, with what they were taken on. */
export type ColouredBy =
  | { readonly metric: 'madds' | 'params' }
  | {
      readonly metric: 'time';
      readonly msPerColumn: readonly (number | null)[];
      readonly kind: 'measured' | 'predicted';
      readonly setting: string;
    };

export interface PictureOptions {
  readonly theme: Theme;
  /** Multiply-adds unless told otherwise. */
  readonly by?: ColouredBy;
  /** Pixels there are for the figure; it is wider where its columns need that, narrower where they are few. */
  readonly room?: number;
}

/** The figure's width on a page of 1440 px. */
const usualRoom = 1344;
const margin = 32;
/** Name and counts want some width, however small the figure is. */
const narrowest = 460;

function metricName(by: ColouredBy): string {
  if (by.metric !== 'time') return by.metric === 'madds' ? m.total_madds() : m.total_params();
  const { kind, setting } = by;
  return kind === 'measured'
    ? m.listing_picture_time_measured({ setting })
    : m.listing_picture_time_predicted({ setting });
}

/**
 * The diagram as the page draws it, as the text of a standalone SVG file in pixels: colours of the theme in sRGB, the
 * page's typefaces by name, a title and a description for who cannot see it, no style sheet, script or reference.
 */
export function diagramSvg(arch: Architecture, options: PictureOptions): string {
  const { theme, by = { metric: 'madds' }, room = usualRoom } = options;
  const ops = lower(arch);
  const columns = columnsOf(arch, ops);
  const score = heroScore(columns, room);
  const values = valuesOf(columns, by.metric, by.metric === 'time' ? by.msPerColumn : []);
  const drawing = { columns, score, values, most: mostOf(values) };
  const figure = [...bandMarks(score), ...figureMarks(drawing), ...axisMarks(score)];

  const { name } = arch;
  const [height, width, channels] = arch.input;
  const { params, madds } = totalCost(ops);
  const counts = {
    size: `${height} × ${width} × ${channels}`,
    classes: formatCount(arch.classes),
    params: formatCount(params),
    madds: formatMillions(madds)
  };
  const share = { share: (score.widthShare * 100).toFixed(0) };
  const told = {
    name,
    facts: arch.head.kind === 'features' ? m.listing_picture_facts_maps(counts) : m.listing_picture_facts(counts),
    caption: [m.figure_caption(), ...(score.widthShare < 0.995 ? [m.figure_narrow(share)] : [])].join(' '),
    metric: metricName(by),
    most: mostText(by.metric, drawing.most)
  };
  const said = { ...told, ...counts, count: columns.length, height, width };
  const inner = Math.max(narrowest, Math.ceil(score.sheet.width));
  const frame = frameAbove(told, inner);
  const sheet = { width: inner + 2 * margin, height: frame.height + figureHeight + 2 * margin };
  return [
    `${tag('svg', {
      xmlns: 'http://www.w3.org/2000/svg',
      ...sheet,
      viewBox: `0 0 ${sheet.width} ${sheet.height}`,
      role: 'img',
      'aria-labelledby': 'bneck-name',
      'aria-describedby': 'bneck-told',
      'font-family': faces.sans,
      'font-size': 11.5,
      style: 'font-variant-numeric:tabular-nums'
    })}>`,
    `${tag('title', { id: 'bneck-name' })}>${xmlText(name)}</title>`,
    `${tag('desc', { id: 'bneck-told' })}>${xmlText(
      arch.head.kind === 'features' ? m.listing_picture_desc_maps(said) : m.listing_picture_desc(said)
    )}</desc>`,
    markText(rect('sheet', 'paper', { x: 0, y: 0, ...sheet }), theme),
    `${tag('g', { transform: `translate(${margin} ${margin})` })}>`,
    ...frame.marks.map(({ mark, paint }) => markText(mark, theme, paint)),
    '</g>',
    `${tag('g', { transform: `translate(${margin} ${margin + frame.height})` })}>`,
    ...figure.map((mark) => markText(mark, theme)),
    '</g>',
    '</svg>'
  ]
    .filter((text) => text !== '')
    .map((text) => `${text}\n`)
    .join('');
}
