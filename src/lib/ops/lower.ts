/** @file Step 2, shapes: turns a table into its flat list of ops, once. */
import type { Architecture } from '$lib/arch/architecture';
import { lowerHead } from './lower-head';
import { lowerRow } from './lower-row';
import { Lowering, type Place } from './lowering';
import type { Op } from './op';

/** A lowered table: its ops in execution order and the ids of those that are its answer. */
export interface Lowered {
  readonly ops: readonly Op[];
  readonly outputs: readonly string[];
}

/** Lowers a valid table with the ids of its outputs: the last op, or the rows a features head names. */
export function lowerWithOutputs(arch: Architecture): Lowered {
  const list = new Lowering(arch);
  if (arch.stem) list.conv('stem', arch.stem.out, arch.stem);
  const columns: Place[] = [list.at];
  for (const [index, row] of arch.rows.entries()) {
    list.column = index + 1;
    lowerRow(list, index, row);
    columns.push(list.at);
  }
  list.column += 1;
  lowerHead(arch, list, columns);
  const { head } = arch;
  const outputs = head.kind === 'features' ? head.outIndices.map((row) => columns[row + 1]?.id ?? '') : [list.at.id];
  return { ops: list.ops, outputs };
}

/** Lowers a valid table to its ops in execution order, with shapes (NHWC without batch) and stable ids. */
export function lower(arch: Architecture): readonly Op[] {
  return lowerWithOutputs(arch).ops;
}
