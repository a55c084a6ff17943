/** @file Step 4, network: where a convention keeps the numbers of an op. */
import type { Architecture, Row } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';

/** A module (PyTorch) or layer (Keras) and that of its batch norm. */
export interface Place {
  readonly layer: string;
  readonly norm: string;
  /** The op is fully connected here and a 1x1 convolution there. */
  readonly asConv?: boolean;
}

/** Finds an op's place; null where the convention has none. */
export type Places = (op: Op) => Place | null;

/** An op's id taken apart: its row, counted from 0, or null; and what it is in the row or head. */
export interface Part {
  readonly row: number | null;
  readonly name: string;
}

/** 'row03.expand' → row 2, 'expand'; 'head.conv' → 'head.conv'; 'stem' → 'stem'. */
export function partOf(op: Op): Part {
  const found = /^row(\d+)\.(.+)$/.exec(op.id);
  return found ? { row: Number(found[1]) - 1, name: found[2] ?? '' } : { row: null, name: op.id };
}

/** Rows that begin with a 1x1 expansion. */
export function expandingRows(ops: readonly Op[]): ReadonlySet<number> {
  return new Set(
    ops.flatMap((op) => {
      const { row, name } = partOf(op);
      return row !== null && name === 'expand' ? [row] : [];
    })
  );
}

/** Whether every row is of the kind. */
export function all<K extends Row['kind']>(
  arch: Architecture,
  kind: K
): arch is Architecture & { rows: readonly (Row & { kind: K })[] } {
  return arch.rows.every((row) => row.kind === kind);
}
