/** @file Step 2, shapes: what each kind of row contains; known here alone. */
import type { BneckRow, Row, SeparableRow } from '$lib/arch/architecture';
import { unreachable } from '$lib/base/assert';
import type { Lowering } from './lowering';

/** The id of a row's ops: 'row01' for the first row, as the papers count. */
export function rowId(index: number): string {
  return `row${index < 9 ? '0' : ''}${index + 1}`;
}

/** Whether a bneck row begins with a 1x1 expansion, given the width it reads. */
export function expands(row: BneckRow, width: number): boolean {
  return row.expand === 'always' || row.expSize !== width;
}

function lowerBneck(list: Lowering, id: string, row: BneckRow): void {
  const from = list.at;
  const width = from.shape[2];
  const { kernel, stride, dilation, nl, se } = row;
  if (expands(row, width)) list.pointwise(`${id}.expand`, row.expSize, nl);
  list.depthwise(`${id}.depthwise`, { kernel, stride, dilation, nl });
  if (se?.place === 'afterDepthwise') list.squeezeExcite(id, se);
  list.pointwise(`${id}.project`, row.out, 'linear');
  if (se?.place === 'afterProject') list.squeezeExcite(id, se);
  if (row.shortcut === 'none' || stride !== 1) return;
  if (width === row.out) list.add(`${id}.add`, from);
  else if (row.shortcut === 'conv') {
    const main = list.at;
    list.at = from;
    list.pointwise(`${id}.shortcut`, row.out, 'linear');
    list.add(`${id}.add`, main);
  }
}

function lowerSeparable(list: Lowering, id: string, row: SeparableRow): void {
  const { kernel, stride, dilation, nl } = row;
  const bare = row.between === 'plain' ? ({ nl: 'linear', norm: null, bias: false } as const) : { nl };
  list.depthwise(`${id}.depthwise`, { kernel, stride, dilation, ...bare });
  list.pointwise(`${id}.pointwise`, row.out, nl);
}

/** Appends the ops of one row. */
export function lowerRow(list: Lowering, index: number, row: Row): void {
  const id = rowId(index);
  if (row.kind === 'bneck') lowerBneck(list, id, row);
  else if (row.kind === 'separable') lowerSeparable(list, id, row);
  else if (row.kind === 'depthwise') list.depthwise(`${id}.depthwise`, row, row.multiplier);
  else if (row.kind === 'conv') list.conv(`${id}.conv`, row.out, row);
  else if (row.kind === 'squeezeExcite') list.squeezeExcite(id, row.se);
  else unreachable(row);
}
