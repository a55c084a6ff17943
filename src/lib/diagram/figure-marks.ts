/** @file Diagram: the hero figure: the network as a score on its ground line, one column per operator, with badges, words and its axis. */
import { m } from '$paraglide/messages';
import { formatPercent } from '$lib/base/format';
import { nlNames, type Column } from './columns';
import { hero, type Score, type Stage } from './layout';
import { circle, path, rect, words, type Mark } from './marks';
import { networkMarks, type Drawing } from './network-marks';
import { excitedFrom, headShare, roomAbove } from './notes';
import { nlPlots } from './paths';

const { gutter, ground, below } = hero;

/** The figure's size in pixels. */
export const figureHeight = ground + below;

function sizeText([height, width]: Stage['size'], wide: boolean): string {
  // Answers laid end to end are no map.
  if (height === 1 && width > 1) return '';
  if (height !== width) return `${height} × ${width}`;
  return wide ? `${height} × ${height}` : `${height}²`;
}

/** Every other stage shaded. */
export function bandMarks({ stages, columnWidth }: Score): Mark[] {
  return stages.flatMap(({ first, last }, i) => {
    const at = { x: gutter + columnWidth * first, y: 0, width: columnWidth * (last - first + 1), height: figureHeight };
    return i % 2 === 0 ? [rect(`band.${first}`, 'band', at)] : [];
  });
}

function stageMarks({ stages, columnWidth }: Score): Mark[] {
  return stages.map(({ first, last, size }) => {
    const wide = columnWidth * (last - first + 1) > 74;
    const x = gutter + columnWidth * first + (wide ? 10 : 6);
    return words(`stage.${first}`, 'stage', { x, y: 20, text: sizeText(size, wide) });
  });
}

/** Under a block: SE as a ring with a point, the activation as a tiny plot of itself, the dilation. */
function badgeMarks(column: Column, x: number): Mark[] {
  const key = `badge.${column.index}`;
  const y = ground + 19;
  const se = column.se !== null && column.kind !== 'squeezeExcite';
  const nl = column.nl === 'linear' ? null : column.nl;
  const dilation = column.dilation ?? 1;
  // SE stands on the side of the activation where it works: before the projection, or after it.
  const side = (se && nl ? 12 : 0) * (column.sePlace === 'afterProject' ? -1 : 1);
  const named = (of: string, at: number, text: string): Mark =>
    words(`${key}.${of}.name`, 'name', { x: at, y: y + 19, anchor: 'middle', text });
  const dilated = words(`${key}.dilation`, 'name.dilated', {
    x,
    y: y + 32,
    anchor: 'middle',
    text: m.badge_dilation({ dilation })
  });
  return [
    ...(se
      ? [
          circle(`${key}.se`, 'badge', { cx: x - side, cy: y, r: 5.5 }),
          circle(`${key}.se.point`, 'point', { cx: x - side, cy: y, r: 1.7 }),
          named('se', x - side, m.field_se())
        ]
      : []),
    ...(nl ? [path(`${key}.nl`, 'badge', `M${x + side} ${y}${nlPlots[nl]}`), named('nl', x + side, nlNames[nl])] : []),
    ...(dilation > 1 ? [dilated] : [])
  ];
}

/** The words at the first block from which all squeeze and excite, where there is room above it. */
function exciteMarks(columns: readonly Column[], score: Score): Mark[] {
  const at = excitedFrom(columns);
  const block = at === null ? undefined : score.blocks[at];
  if (!block) return [];
  const x = block.centre - 6;
  const crossed = score.routes.some(({ y, from, to }) => y > 84 && y < 150 && from < x + 170 && (to ?? from) > x);
  if (crossed || !roomAbove(score, x, x + 170, 148)) return [];
  const lines = m.note_excite().split('\n');
  const until = ground - block.from - 16;
  return [
    ...lines.map((text, i) => words(`excite.${i}`, 'ser.it.note', { x, y: 104 + i * 19, text })),
    ...(until > 144 ? [path('excite.line', 'hair2', `M${block.centre} 132V${until}`)] : [])
  ];
}

/** The words over the dense layers at the end, where there is room. */
function headMarks(columns: readonly Column[], score: Score): Mark[] {
  const share = headShare(columns);
  const first = score.blocks.at(-share.layers);
  const last = score.blocks.at(-1);
  if (share.layers === 0 || !first || !last) return [];
  const middle = (first.centre + last.centre) / 2;
  const x = Math.min(middle, score.sheet.width - 86);
  if (!roomAbove(score, x - 86, score.sheet.width, 210)) return [];
  const said = { params: formatPercent(share.params, 0), madds: formatPercent(share.madds) };
  const lines = (share.layers > 1 ? m.note_head_two(said) : m.note_head_one(said)).split('\n');
  const y = ground - last.from - 11;
  const foot = 128 + lines.length * 19 - 8;
  const line =
    first === last
      ? `M${middle} ${y}V${foot}`
      : `M${first.centre} ${y}v-14H${last.centre}v14M${middle} ${y - 14}V${foot}`;
  return [
    ...lines.map((text, i) => words(`head.${i}`, 'ser.it.note', { x, y: 128 + i * 19, anchor: 'middle', text })),
    path('head.line', 'hair2', line)
  ];
}

/** Everything between the bands and what the person points at. */
export function figureMarks(drawing: Drawing): Mark[] {
  const { columns, score } = drawing;
  return [
    ...stageMarks(score),
    ...score.ticks.map(({ pixels, y, until }) => path(`tick.${pixels}`, 'hairl', `M${gutter - 28} ${y}H${until}`)),
    path('ground', 'hair2', `M${gutter - 28} ${ground}H${score.sheet.width}`),
    ...networkMarks(drawing),
    ...columns.flatMap((column, i) => badgeMarks(column, score.blocks[i]?.centre ?? 0)),
    ...exciteMarks(columns, score),
    ...headMarks(columns, score)
  ];
}

/** The axis at the left, which stays while the rest is scrolled. */
export function axisMarks({ ticks }: Score): Mark[] {
  const label = (key: string, y: number, text: string): Mark =>
    words(key, 'k3', { x: gutter - 34, y: y + 4, anchor: 'end', text });
  return [
    rect('paper', 'paper', { x: 0, y: 0, width: gutter, height: figureHeight }),
    ...ticks.flatMap(({ pixels, y, until }) => [
      label(`size.${pixels}`, y, String(pixels)),
      path(`size.${pixels}.tick`, 'hairl', `M${gutter - 28} ${y}H${Math.min(gutter, until)}`)
    ]),
    label('zero', ground, '0 px'),
    path('zero.tick', 'hair2', `M${gutter - 28} ${ground}H${gutter}`),
    words('badges', 'k3', { x: 0, y: ground + 42, text: m.figure_badges() })
  ];
}
