/** @file Diagram: how each look is painted where no style sheet is; the page's own rules are in app.css and Marks.svelte. */
import type { Token } from './colours';
import type { Look } from './marks';

/** What a class of the page's style sheets says, as far as a picture can: colours, lines and letters. */
export interface Paint {
  /** A colour, none, or that of the mark's heat. */
  readonly fill: Token | 'none' | 'heat';
  /** The ink on a heat where it is `heat`. */
  readonly stroke?: Token | 'heat';
  readonly strokeWidth?: number;
  readonly dash?: string;
  /** Ends and corners of lines. */
  readonly round?: boolean;
  readonly opacity?: number;
  readonly fontSize?: number;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly serif?: boolean;
}

const line = (stroke: Token, strokeWidth: number): Paint => ({ fill: 'none', stroke, strokeWidth });
const stripe: Paint = { fill: 'none', stroke: 'heat', strokeWidth: 0.7, opacity: 0.42 };
const arc = line('ink-2', 1.1);
const name: Paint = { fill: 'ink-2', fontSize: 9.5 };

export const looks: Readonly<Record<Look, Paint>> = {
  paper: { fill: 'paper' },
  band: { fill: 'band' },
  hairl: line('hair', 1),
  hair2: line('hair-2', 1),
  stream: { fill: 'stream' },
  plate: { fill: 'ink-2' },
  body: { fill: 'heat' },
  stripe,
  'stripe.gapped': { ...stripe, strokeWidth: 1, opacity: 0.8 },
  mesh: stripe,
  edge: line('edge', 1),
  weigh: { fill: 'paper' },
  arc,
  'arc.mixed': { ...arc, dash: '3 2' },
  'arc.thin': { ...arc, strokeWidth: 0.7 },
  plus: { fill: 'paper', stroke: 'ink-2', strokeWidth: 1 },
  route: { ...line('ink-3', 1.1), dash: '4 2.5' },
  origin: { fill: 'ink-2' },
  arrow: { fill: 'ink-2' },
  badge: { ...arc, round: true },
  point: { fill: 'ink-2' },
  stage: { fill: 'ink', fontSize: 12 },
  k3: { fill: 'ink-3', fontSize: 11.5 },
  name,
  'name.dilated': { ...name, fill: 'ink', bold: true },
  tap: { fill: 'ink-2', fontSize: 10.5 },
  'ser.it.note': { fill: 'ink-2', fontSize: 15, serif: true, italic: true }
};
