/** @file Diagram: the marks of a drawing as data: the page writes them as elements, an exported picture as text. */

/** What a mark is drawn like: classes of the page's style sheets, dots between them; looks.ts has their paints for a file. */
export type Look =
  | 'paper'
  | 'band'
  | 'hairl'
  | 'hair2'
  | 'stream'
  | 'plate'
  | 'body'
  | 'stripe'
  | 'stripe.gapped'
  | 'mesh'
  | 'edge'
  | 'weigh'
  | 'arc'
  | 'arc.mixed'
  | 'arc.thin'
  | 'plus'
  | 'route'
  | 'origin'
  | 'arrow'
  | 'badge'
  | 'point'
  | 'stage'
  | 'k3'
  | 'name'
  | 'name.dilated'
  | 'tap'
  | 'ser.it.note';

interface Drawn {
  /** Its own among the marks of a drawing, so that a mark which moves stays the same mark. */
  readonly key: string;
  readonly look: Look;
  /** Class of heat that colours it. */
  readonly heat?: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rx?: number;
}

export interface Path {
  readonly d: string;
  readonly dash?: string;
}

export interface Circle {
  readonly cx: number;
  readonly cy: number;
  readonly r: number;
}

export interface Words {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly text: string;
}

/** One element of a drawing, in pixels of its sheet. */
export type Mark = Drawn &
  (
    | ({ readonly shape: 'rect' } & Rect)
    | ({ readonly shape: 'path' } & Path)
    | ({ readonly shape: 'circle' } & Circle)
    | ({ readonly shape: 'text' } & Words)
  );

/** A rectangle. */
export const rect = (key: string, look: Look, at: Rect): Mark => ({ shape: 'rect', key, look, ...at });

/** A path. */
export const path = (key: string, look: Look, d: string): Mark => ({ shape: 'path', key, look, d });

/** A circle. */
export const circle = (key: string, look: Look, at: Circle): Mark => ({ shape: 'circle', key, look, ...at });

/** A line of words; they begin at x unless told otherwise. */
export const words = (key: string, look: Look, at: Omit<Words, 'anchor'> & Partial<Words>): Mark => ({
  shape: 'text',
  key,
  look,
  anchor: 'start',
  ...at
});
