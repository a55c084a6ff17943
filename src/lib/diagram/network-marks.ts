/** @file Diagram: the streams, bodies, plates, residual arcs and ways of a laid-out network. */
import { m } from '$paraglide/messages';
import { columnMarks } from './body-marks';
import type { Column } from './columns';
import type { Arc, Route, Score } from './layout';
import { circle, path, rect, words, type Mark } from './marks';
import { heatClass } from './metric';
import { arcPath, routePath } from './paths';

/** A network laid out, with what colours its columns. */
export interface Drawing {
  readonly columns: readonly Column[];
  readonly score: Score;
  /** One value per column; null where it is unknown. */
  readonly values: readonly (number | null)[];
  /** The value of the darkest class. */
  readonly most: number;
}

/** The stream that fills the room between neighbouring bodies. */
function streamMarks({ blocks, columnWidth, sheet: { ground } }: Score): Mark[] {
  return blocks.map((block, i) => {
    const x = blocks[i - 1]?.right ?? block.x - Math.min(24, columnWidth * 0.3);
    const at = { x, y: ground - block.from, width: Math.max(0, block.x - x), height: block.from };
    return rect(`stream.${i}`, 'stream', at);
  });
}

function arcMarks({ from, to, y, rise, mixed }: Arc, i: number): Mark[] {
  const key = `arc.${i}`;
  const [cx, cy] = [(from + to) / 2, y - rise * 0.75];
  const cross = [
    rect(`${key}.box`, 'plus', { x: cx - 5, y: cy - 5, width: 10, height: 10, rx: 1 }),
    path(`${key}.cross`, 'arc.thin', `M${cx - 5} ${cy - 5}l10 10m0 -10l-10 10`)
  ];
  return [
    path(key, mixed ? 'arc.mixed' : 'arc', arcPath(from, to, y, rise)),
    ...(mixed ? cross : []),
    circle(`${key}.plus`, 'plus', { cx: to, cy: y, r: 4 }),
    path(`${key}.sign`, 'arc', `M${to - 2} ${y}h4M${to} ${y - 2}v4`)
  ];
}

/** The way of a map that a head reads from an earlier column. */
function routeMarks(route: Route, i: number): Mark[] {
  const { from, to, toTop, riseTop } = route;
  return [
    path(`route.${i}`, 'route', routePath(route)),
    ...(riseTop === null ? [] : [circle(`route.${i}.from`, 'origin', { cx: from, cy: riseTop - 5, r: 2.2 })]),
    ...(to === null ? [] : [path(`route.${i}.head`, 'arrow', `M${to - 3.5} ${toTop - 11}l3.5 6l3.5 -6Z`)])
  ];
}

/** The flag of a column whose map is an answer. */
function tapMarks({ taps, index }: Column, { blocks, sheet: { ground } }: Score): Mark[] {
  const block = blocks[index];
  if (!block || taps.length === 0) return [];
  const x = block.secondWidth ? block.second + block.secondWidth / 2 : block.centre;
  const top = ground - block.to;
  const tip = Math.min(top - 36, ground - block.from - 12);
  const text = m.figure_tap({ place: taps.join(', ') });
  return [
    path(`tap.${index}`, 'route', `M${x} ${top - 5}V${tip + 5}`),
    circle(`tap.${index}.from`, 'origin', { cx: x, cy: top - 5, r: 2.2 }),
    path(`tap.${index}.head`, 'arrow', `M${x - 3.5} ${tip + 6}l3.5 -6l3.5 6Z`),
    words(`tap.${index}.name`, 'tap', { x, y: tip - 6, anchor: 'middle', text })
  ];
}

/** The whole network on its ground; a small drawing does without arcs, ways and the marks inside bodies. */
export function networkMarks({ columns, score, values, most }: Drawing, small = false): Mark[] {
  const { blocks, sheet } = score;
  const bodies = columns.flatMap((column, i) => {
    const block = blocks[i];
    if (!block) return [];
    return columnMarks(column, { block, ground: sheet.ground, heat: heatClass(values[i], most) }, !small);
  });
  if (small) return [...streamMarks(score), ...bodies];
  return [
    ...streamMarks(score),
    ...bodies,
    ...score.arcs.flatMap(arcMarks),
    ...score.routes.flatMap(routeMarks),
    ...columns.flatMap((column) => tapMarks(column, score))
  ];
}
