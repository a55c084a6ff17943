/** @file Components: an architecture and its ops gathered into the columns that the diagram and the table share. */
import type { Architecture, NL, Row, Shape } from '$lib/arch/architecture';
import { costOf } from '$lib/cost/cost';
import type { Op } from '$lib/ops/op';

/** How a column is drawn: mesh, stripes then mesh, stripes then plate, slope, or a layer at 1 x 1. */
export type ColumnKind = 'conv' | 'separable' | 'bneck' | 'pool' | 'dense';

/** The short names of the papers' tables. */
export const nlNames: Readonly<Record<NL, string>> = { linear: '–', relu: 'RE', relu6: 'R6', hardSwish: 'HS' };

/** One op of a column with its cost. */
export interface Part {
  readonly op: Op;
  readonly params: number;
  readonly madds: number;
}

/** One operator of the table: what the row says, what it makes, what it costs. */
export interface Column {
  readonly index: number;
  readonly kind: ColumnKind;
  /** JSON path of the row's fields in the architecture: 'stem', 'rows.3', 'head.conv', 'head.hidden', '' for fixed layers. */
  readonly path: string;
  readonly kernel: number | null;
  readonly expSize: number | null;
  readonly out: number;
  readonly se: number | null;
  readonly nl: NL;
  readonly stride: number | null;
  readonly input: Shape;
  readonly output: Shape;
  readonly residual: boolean;
  readonly params: number;
  readonly madds: number;
  readonly parts: readonly Part[];
}

interface Written {
  readonly kind: ColumnKind;
  readonly path: string;
  readonly kernel: number | null;
  readonly expSize: number | null;
  readonly se: number | null;
  readonly nl: NL;
  readonly stride: number | null;
}

const ofRow = (row: Row, index: number): Written => ({
  kind: row.kind,
  path: `rows.${index}`,
  kernel: row.kernel,
  expSize: row.kind === 'bneck' ? row.expSize : null,
  se: row.kind === 'bneck' ? (row.se?.channels ?? null) : null,
  nl: row.nl,
  stride: row.stride
});

const fixed = (kind: ColumnKind, path: string, nl: NL, kernel: number | null): Written => ({
  kind,
  path,
  kernel,
  expSize: null,
  se: null,
  nl,
  stride: null
});

/** What the table says, column by column: stem, rows, then one per head layer. */
function written(arch: Architecture): Written[] {
  const { conv, hidden } = arch.head;
  return [
    { ...fixed('conv', 'stem', arch.stem.nl, arch.stem.kernel), stride: arch.stem.stride },
    ...arch.rows.map(ofRow),
    ...(conv ? [fixed('conv', 'head.conv', conv.nl, 1)] : []),
    fixed('pool', '', 'linear', null),
    ...(hidden ? [fixed('dense', 'head.hidden', hidden.nl, 1)] : []),
    fixed('dense', 'logits', 'linear', 1)
  ];
}

/** Gathers the ops of an architecture into its columns; ops must be `lower(arch)`. */
export function columnsOf(arch: Architecture, ops: readonly Op[]): Column[] {
  const grouped = new Map<number, Op[]>();
  for (const op of ops) grouped.set(op.column, [...(grouped.get(op.column) ?? []), op]);
  return written(arch).flatMap((said, index) => {
    const own = grouped.get(index);
    const first = own?.[0];
    const last = own?.at(-1);
    if (!own || !first || !last) return [];
    const parts = own.map((op) => {
      const { params, madds } = costOf(op);
      return { op, params, madds };
    });
    return [
      {
        ...said,
        index,
        kernel: said.kind === 'pool' ? first.in[0] : said.kernel,
        out: last.out[2],
        input: first.in,
        output: last.out,
        residual: own.some((op) => op.kind === 'add'),
        params: parts.reduce((sum, part) => sum + part.params, 0),
        madds: parts.reduce((sum, part) => sum + part.madds, 0),
        parts
      }
    ];
  });
}
