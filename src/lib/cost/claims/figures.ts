/** @file Step 3, cost: the figures that findings are made of, each counted from a table. */
import type { Architecture, BneckRow, Shape } from '$lib/arch/architecture';
import { presetById } from '$lib/arch/presets/catalogue';
import { formatCount } from '$lib/base/format';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { costOf, totalCost } from '../cost';

/** The table of a preset that must exist. */
export function tableOf(id: string): Architecture {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return preset.arch;
}

/** Parameters of a table, in words. */
export const paramsOf = (arch: Architecture): string => formatCount(totalCost(lower(arch)).params);

/** Multiply-adds of a table, in words. */
export const maddsOf = (arch: Architecture): string => formatCount(totalCost(lower(arch)).madds);

/** Multiply-adds of the op of an id, 0 where there is none. */
export function opMadds(arch: Architecture, id: string): number {
  const op = lower(arch).find((one) => one.id === id);
  return op ? costOf(op).madds : 0;
}

/** Parameters of the op of an id, 0 where there is none. */
export function opParams(arch: Architecture, id: string): number {
  const op = lower(arch).find((one) => one.id === id);
  return op ? costOf(op).params : 0;
}

/** '30×30×16'. */
export const inWords = (shape: Shape): string => shape.join('×');

/** The map after the last row. */
export function lastMap(arch: Architecture): string {
  return inWords(lower(arch).findLast(({ column }) => column <= arch.rows.length)?.out ?? arch.input);
}

export const bnecks = (arch: Architecture): readonly BneckRow[] =>
  arch.rows.flatMap((row) => (row.kind === 'bneck' ? [row] : []));

/** Rows, counted from 1, whose ops include one of this kind. */
export function rowsWith(arch: Architecture, kind: Op['kind']): readonly number[] {
  const columns = lower(arch).flatMap((op) => (op.kind === kind ? [op.column] : []));
  return columns.filter((column) => column >= 1 && column <= arch.rows.length);
}
