/** @file Diagram: what a table says, column by column: the stem or the picture, the rows, then the columns of its head. */
import type { Architecture, Head, NL, Row } from '$lib/arch/architecture';

/**
 * What a column is. `picture` stands where a single block has no stem; from `context` on these are parts of heads:
 * context, gate and class maps of LR-ASPP, extra maps and predictors of SSDLite, stages and mask of a decoder.
 */
export type ColumnKind =
  | 'picture'
  | 'conv'
  | 'separable'
  | 'bneck'
  | 'depthwise'
  | 'squeezeExcite'
  | 'pool'
  | 'dense'
  | 'context'
  | 'gate'
  | 'maps'
  | 'resize'
  | 'extra'
  | 'boxes'
  | 'scores'
  | 'detections'
  | 'stage'
  | 'mask';

/** What adds the input of a bneck to its output: nothing, the input itself, or a 1x1 convolution of it. */
export type Shortcut = 'none' | 'identity' | 'conv';

/** The fields of one column as the table says them; null where its kind has none. */
export interface Written {
  readonly kind: ColumnKind;
  /** JSON path of the fields: 'stem', 'rows.3', 'head.conv', 'head.hidden', 'logits'; '' where nothing can be set. */
  readonly path: string;
  readonly kernel: number | null;
  readonly expSize: number | null;
  /** Channels of the squeeze. */
  readonly se: number | null;
  readonly sePlace: 'afterDepthwise' | 'afterProject' | null;
  readonly nl: NL;
  readonly stride: number | null;
  readonly dilation: number | null;
  readonly shortcut: Shortcut | null;
  readonly expand: 'whenWider' | 'always' | null;
  readonly multiplier: number | null;
  /** Columns read besides the one before. */
  readonly reads: readonly number[];
}

const plain: Written = {
  kind: 'conv',
  path: '',
  kernel: null,
  expSize: null,
  se: null,
  sePlace: null,
  nl: 'linear',
  stride: null,
  dilation: null,
  shortcut: null,
  expand: null,
  multiplier: null,
  reads: []
};

function ofRow(row: Row, index: number): Written {
  const path = `rows.${index}`;
  if (row.kind === 'squeezeExcite') {
    return { ...plain, kind: row.kind, path, se: row.se.channels, sePlace: row.se.place, nl: row.se.nl };
  }
  const { kind, kernel, nl, stride, dilation } = row;
  const said = { ...plain, kind, path, kernel, nl, stride, dilation };
  if (kind === 'depthwise') return { ...said, multiplier: row.multiplier };
  if (kind !== 'bneck') return said;
  const { expSize, se, shortcut, expand } = row;
  return { ...said, expSize, se: se?.channels ?? null, sePlace: se?.place ?? null, shortcut, expand };
}

/** One column of a head. */
const part = (kind: ColumnKind, more: Partial<Written> = {}): Written => ({ ...plain, kind, ...more });

/** The columns of a head; `rows` is how many rows stand before it. */
function ofHead(head: Head, rows: number): readonly Written[] {
  if (head.kind === 'features') return [];
  const conv =
    head.kind === 'decoder' || !head.conv ? [] : [part('conv', { path: 'head.conv', nl: head.conv.nl, kernel: 1 })];
  const last = rows + conv.length;
  if (head.kind === 'classifier') {
    const hidden = head.hidden ? [part('dense', { path: 'head.hidden', nl: head.hidden.nl, kernel: 1 })] : [];
    return [...conv, part('pool'), ...hidden, part('dense', { path: 'logits', kernel: 1 })];
  }
  if (head.kind === 'lraspp') {
    const context = part('context', { path: 'head.filters', nl: 'relu', kernel: 1 });
    const maps = part('maps', { path: 'logits', kernel: 1, reads: [head.low + 1] });
    return [...conv, context, part('gate', { kernel: 1, reads: [last] }), maps, part('resize')];
  }
  if (head.kind === 'ssdlite') {
    const extras = head.extras.map(({ mid }) =>
      part('extra', { expSize: mid, kernel: 3, stride: 2, dilation: 1, nl: head.nl })
    );
    const reads = [head.tap + 1, ...Array.from({ length: extras.length + 1 }, (_, i) => last + i)];
    const predict = { kernel: 3, stride: 1, dilation: 1, nl: head.nl, reads };
    return [
      ...conv,
      ...extras,
      part('boxes', predict),
      part('scores', { ...predict, path: 'logits' }),
      part('detections')
    ];
  }
  const stages = head.stages.map(({ skip, kernel, nl, squeeze }) =>
    part('stage', { kernel, nl, se: squeeze, reads: [skip] })
  );
  const context = part('context', { path: 'head.filters', kernel: 1, nl: 'relu' });
  return [context, ...stages, part('mask', { path: 'logits', kernel: 2, stride: 2 })];
}

/** Every column of a table in order; its place in the list is the column its ops name. */
export function writtenIn(arch: Architecture): readonly Written[] {
  const { stem, rows, head } = arch;
  const first = stem
    ? { ...plain, path: 'stem', kernel: stem.kernel, nl: stem.nl, stride: stem.stride, dilation: 1 }
    : part('picture');
  return [first, ...rows.map(ofRow), ...ofHead(head, rows.length)];
}

/** Columns whose maps are the answer themselves, in the order asked for. */
export function tappedIn({ head }: Architecture): readonly number[] {
  return head.kind === 'features' ? head.outIndices.map((row) => row + 1) : [];
}
