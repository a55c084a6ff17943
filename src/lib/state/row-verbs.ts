/** @file State: the gestures on one row that are asked for beneath the figure. */
import type { Issue, Row } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import type { Workbench } from './workbench.svelte';
import { rowOf } from './workbench-verbs';

const expansion = 4;

/** A fresh row that keeps the width and the resolution of the one it follows: its like, or a plain bneck. */
function freshAfter(row: Row): Row {
  if (row.kind === 'squeezeExcite') return row;
  if (row.kind !== 'bneck') return { ...row, stride: 1, ...(row.kind === 'depthwise' && { multiplier: 1 }) };
  return { ...row, kernel: 3, expSize: expansion * row.out, se: null, stride: 1 };
}

/** Inserts a fresh row after the selected column and selects it. */
export function insertAfter(workbench: Workbench, column: number): readonly Issue[] {
  const row = rowOf(workbench, column);
  const model = row === null ? undefined : workbench.arch.rows[row];
  if (row === null || !model) return [];
  const issues = workbench.insert(row + 1, freshAfter(model), m.did_insert({ column: column + 1 }));
  if (issues.length === 0) workbench.selected = column + 1;
  return issues;
}

export function duplicateColumn(workbench: Workbench, column: number): readonly Issue[] {
  const row = rowOf(workbench, column);
  if (row === null) return [];
  const issues = workbench.duplicate(row, m.did_duplicate({ column }));
  if (issues.length === 0) workbench.selected = column + 1;
  return issues;
}
