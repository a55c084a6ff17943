/** @file Diagram: an architecture and its ops gathered into the columns that the diagram and the table share. */
import type { Architecture, NL, Shape } from '$lib/arch/architecture';
import { costOf } from '$lib/cost/cost';
import type { Op } from '$lib/ops/op';
import { tappedIn, writtenIn, type ColumnKind, type Written } from './written';

/** The short names of the papers' tables. */
export const nlNames: Readonly<Record<NL, string>> = {
  linear: '–',
  relu: 'RE',
  relu6: 'R6',
  hardSwish: 'HS',
  swish: 'SW',
  shiftedSwish: 'SS'
};

/** One op of a column with its cost. */
export interface Part {
  readonly op: Op;
  readonly params: number;
  readonly madds: number;
  /** Bytes of the float32 map it makes. */
  readonly bytes: number;
}

/** One operator of the table: what the row says, what it makes, what it costs. */
export interface Column extends Written {
  /** Its place in the list, which is also the column its ops name. */
  readonly index: number;
  readonly out: number;
  readonly input: Shape;
  readonly output: Shape;
  /** The arc over the block, as it comes out of widths and stride. */
  readonly residual: 'none' | 'identity' | 'conv';
  /** Places of its map among the answers of a features head, counted from 1. */
  readonly taps: readonly number[];
  readonly params: number;
  readonly madds: number;
  readonly bytes: number;
  readonly parts: readonly Part[];
}

/** Columns that read many maps at once and lay their answers end to end. */
export function isFan(column: Column): boolean {
  return column.kind === 'boxes' || column.kind === 'scores';
}

/** How a body is filled: stripes run on each channel alone, a mesh mixes them, the rest only moves or weighs. */
export type Pattern = 'stripes' | 'mesh' | 'none';

const patterns: Partial<Readonly<Record<ColumnKind, Pattern>>> = {
  bneck: 'stripes',
  separable: 'stripes',
  depthwise: 'stripes',
  extra: 'stripes',
  conv: 'mesh',
  dense: 'mesh',
  context: 'mesh',
  maps: 'mesh',
  stage: 'mesh',
  mask: 'mesh'
};

/** The filling of a column's body. */
export function patternOf(column: Column): Pattern {
  return patterns[column.kind] ?? 'none';
}

function residualOf(column: Written, ops: readonly Op[]): Column['residual'] {
  if (column.kind !== 'bneck' || ops.every((op) => op.kind !== 'add')) return 'none';
  return ops.some((op) => op.id.endsWith('.shortcut')) ? 'conv' : 'identity';
}

/** Gathers the ops of an architecture into its columns; ops must be `lower(arch)`. */
export function columnsOf(arch: Architecture, ops: readonly Op[]): Column[] {
  const grouped = new Map<number, Op[]>();
  for (const op of ops) {
    const own = grouped.get(op.column);
    if (own) own.push(op);
    else grouped.set(op.column, [op]);
  }
  const tapped = tappedIn(arch);
  return writtenIn(arch).map((said, index): Column => {
    const own = grouped.get(index) ?? [];
    const input = own[0]?.in ?? arch.input;
    const output = own.at(-1)?.out ?? arch.input;
    const parts = own.map((op): Part => {
      const { params, madds, activationBytes: bytes } = costOf(op);
      return { op, params, madds, bytes };
    });
    const sum = (of: (part: Part) => number): number => parts.reduce((total, part) => total + of(part), 0);
    return {
      ...said,
      index,
      kernel: said.kind === 'pool' ? input[0] : said.kernel,
      out: output[2],
      input,
      output,
      residual: residualOf(said, own),
      taps: tapped.flatMap((column, i) => (column === index ? [i + 1] : [])),
      params: sum((part) => part.params),
      madds: sum((part) => part.madds),
      bytes: sum((part) => part.bytes),
      parts
    };
  });
}
