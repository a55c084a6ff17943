/** @file Diagram: one body of the drawing: heat, stripes (dashed where dilated) or mesh, and its edge; and the mark of weighing. */
import { isFan, patternOf, type Column, type Pattern } from './columns';
import type { Block } from './layout';
import { path, type Mark } from './marks';
import { gatePath, mesh, outline, stripes, type Body } from './paths';

/** How a body is filled and coloured. */
export interface Filling {
  readonly heat: number;
  readonly pattern: Pattern;
  readonly dilation?: number | null;
}

/** A body on the ground. */
export function bodyMarks(key: string, body: Body, { heat, pattern, dilation }: Filling): Mark[] {
  const edge = outline(body);
  const gap = dilation ?? 1;
  const striped: Mark = {
    ...{ shape: 'path', key: `${key}.stripe`, d: stripes(body), heat },
    ...(gap > 1 ? { look: 'stripe.gapped', dash: `2 ${1.5 * gap}` } : { look: 'stripe' })
  };
  return [
    { ...path(`${key}.body`, 'body', edge), heat },
    ...(pattern === 'stripes' ? [striped] : []),
    ...(pattern === 'mesh' ? [{ ...path(`${key}.mesh`, 'mesh', mesh(body)), heat }] : []),
    path(`${key}.edge`, 'edge', edge)
  ];
}

/** The mark of weighing on a middle, `half` as wide as tall; without heat on a body that has one. */
export function gateMarks(key: string, at: { x: number; y: number; half: number }, heat?: number): Mark[] {
  const d = gatePath(at.x, at.y, at.half);
  const weigh = heat === undefined ? path(`${key}.weigh`, 'weigh', d) : { ...path(`${key}.weigh`, 'body', d), heat };
  return [weigh, path(`${key}.weigh.edge`, 'edge', d)];
}

/** The predictors of a detection head: one small body for each map, as tall as the map it reads. */
function fanMarks(key: string, column: Column, { block, ground, heat }: Place): Mark[] {
  const read = column.parts.filter(({ op }) => op.kind === 'depthwise').map(({ op }) => op.in[0]);
  const tallest = Math.max(1, ...read);
  const step = block.body / Math.max(1, read.length);
  return read.flatMap((side, i) => {
    const tall = block.to * Math.sqrt(side / tallest);
    const body = { x: block.x + i * step, width: Math.max(2, step - 1.5), ground, from: tall, to: tall };
    return bodyMarks(`${key}.${i}`, body, { heat, pattern: 'none' });
  });
}

/** Where a column stands and how hot it is. */
export interface Place {
  readonly block: Block;
  readonly ground: number;
  readonly heat: number;
}

const plate = (key: string, at: { x: number; width: number; height: number; ground: number }): Mark => ({
  shape: 'rect',
  key: `${key}.plate`,
  look: 'plate',
  x: at.x,
  y: at.ground - at.height,
  width: at.width,
  height: at.height
});

/** What stands in a column: its body and the plate or mesh beside it; `weighed` marks squeeze-and-excite rows. */
export function columnMarks(column: Column, place: Place, weighed: boolean): Mark[] {
  const { block, ground, heat } = place;
  const key = `column.${column.index}`;
  const { x, body: width, from, to, second, secondWidth } = block;
  const half = Math.min(12, width / 2 - 1, from / 2);
  const weighs = weighed && (column.kind === 'squeezeExcite' || column.kind === 'gate') && half > 3;
  const own = isFan(column)
    ? fanMarks(key, column, place)
    : column.kind === 'picture'
      ? [plate(key, { x, width, height: to, ground })]
      : bodyMarks(key, { x, width, ground, from, to }, { heat, pattern: patternOf(column), dilation: column.dilation });
  const beside =
    column.kind === 'separable'
      ? bodyMarks(`${key}.second`, { x: second, width: secondWidth, ground, from: to, to }, { heat, pattern: 'mesh' })
      : secondWidth > 0
        ? [plate(`${key}.second`, { x: second, width: secondWidth, height: to, ground })]
        : [];
  const gates = weighs ? gateMarks(key, { x: block.centre, y: ground - Math.min(from, to) / 2, half }) : [];
  return [...own, ...gates, ...beside];
}
