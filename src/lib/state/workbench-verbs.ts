/** @file State: the page's gestures as workbench verbs, each with its label in words. */
import type { Architecture, Issue, Row } from '$lib/arch/architecture';
import { fitTo } from '$lib/arch/fit';
import { presetById, presets, type Preset } from '$lib/arch/presets/catalogue';
import { scaleWidth, withInput } from '$lib/arch/scale';
import { toUrlCode } from '$lib/arch/url-code';
import { columnsOf } from '$lib/components/diagram/columns';
import type { Cell, Option } from '$lib/components/editor/cells';
import { changesOf } from '$lib/components/editor/changes';
import { fieldName } from '$lib/components/editor/words';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import type { Workbench } from './workbench.svelte';

/** Commits a cell of the table: text for widths and counts, the option's value otherwise. */
export function commitCell(workbench: Workbench, cell: Cell, value: Option['value']): readonly Issue[] {
  const after = cell.options.find((option) => option.value === value)?.text ?? String(value);
  const label = m.did_edit({ field: fieldName(cell.field), column: cell.column, before: cell.text, after });
  if (cell.how === 'width') return workbench.type(cell.path, String(value), label);
  return workbench.edit(cell.path, cell.how === 'count' ? Number(value) : value, label);
}

/** The row of a column, or null for the stem and the head. */
export function rowOf(workbench: Workbench, column: number): number | null {
  const path = workbench.columns[column]?.path ?? '';
  return path.startsWith('rows.') ? Number(path.slice(5)) : null;
}

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

/** Removes a row; the stem, the head and the last row stay and say so. */
export function removeColumn(workbench: Workbench, column: number): readonly Issue[] {
  const row = rowOf(workbench, column);
  if (row === null) return [{ path: '', message: m.refused_fixed() }];
  if (workbench.arch.rows.length === 1) return [{ path: '', message: m.refused_last() }];
  return workbench.remove(row, m.did_remove({ column }));
}

/** Moves a row one place; at either end nothing happens. */
export function moveColumn(workbench: Workbench, column: number, by: 1 | -1): readonly Issue[] {
  const row = rowOf(workbench, column);
  if (row === null || row + by < 0 || row + by >= workbench.arch.rows.length) return [];
  const issues = workbench.move(row, row + by, m.did_move({ from: column, to: column + by }));
  if (issues.length === 0) workbench.selected = column + by;
  return issues;
}

/** The preset that the open network came from, by name. */
export function presetOf(arch: Architecture): Preset | undefined {
  return presets.find((preset) => preset.arch.name === arch.name);
}

export function openPreset(workbench: Workbench, id: string): void {
  const preset = presetById(id);
  if (!preset) return;
  workbench.open(preset.arch, m.did_open({ name: preset.arch.name }), preset.arch);
  workbench.selected = telling(preset.arch);
}

/** Where the page looks first: the last row that halves the resolution, or the first row. */
export function telling(arch: Architecture): number {
  return Math.max(1, arch.rows.findLastIndex((row) => row.kind !== 'squeezeExcite' && row.stride === 2) + 1);
}

export const widthChoices = [1, 0.35, 0.5, 0.75, 1.25, 1.4] as const;

/** Edits beyond which a network is its own beginning rather than an edited preset. */
const mostEdits = 12;

/** The preset of its name, at the width and input that leave the fewest edits; the network itself when none is near. */
function originOf(arch: Architecture): { readonly base: Architecture; readonly width: number } {
  const preset = presetOf(arch)?.arch;
  if (!preset) return { base: arch, width: 1 };
  const columns = columnsOf(arch, lower(arch));
  const plain = arch.input[2] === preset.input[2] && arch.classes === preset.classes;
  const fitted = plain ? withInput(preset, arch.input) : fitTo(preset, arch.input, arch.classes).arch;
  const near = widthChoices.map((width) => {
    const scaled = scaleWidth(fitted, width);
    const base = toUrlCode(scaled) === toUrlCode(preset) ? preset : scaled;
    return { base, width, count: changesOf(columns, columnsOf(base, lower(base))).count };
  });
  const best = near.reduce((a, b) => (b.count < a.count ? b : a));
  return best.count <= mostEdits ? best : { base: arch, width: 1 };
}

/** Opens a network from a link or a file; edits count against the preset it came from, where it is near one. */
export function openGiven(workbench: Workbench, arch: Architecture, label: string, fresh = false): void {
  const { base, width } = originOf(arch);
  if (fresh) workbench.restart(arch, label, base, width);
  else workbench.open(arch, label, base, width);
}

/** Input sizes offered, in pixels; 28 fits the network to small grey pictures of ten classes. */
export const inputSizes = [28, 96, 128, 160, 192, 224, 256, 320] as const;

export function chooseInput(workbench: Workbench, side: number): void {
  if (side === 28) {
    const shape = [28, 28, 1] as const;
    const base = fitTo(workbench.base, shape, 10).arch;
    const arch = workbench.arch === workbench.base ? base : fitTo(workbench.arch, shape, 10).arch;
    workbench.open(arch, m.did_fit(), base, workbench.width);
    return;
  }
  const preset = presetOf(workbench.base);
  const label = m.did_input({ side });
  if (workbench.arch.input[2] !== 3 && preset) workbench.open(withInput(preset.arch, [side, side, 3]), label);
  else workbench.resize([side, side, workbench.arch.input[2]], label);
}

export function chooseWidth(workbench: Workbench, width: number): void {
  const preset = presetOf(workbench.base)?.arch ?? workbench.base;
  const same = preset.input[2] === workbench.arch.input[2];
  const unscaled = same ? preset : fitTo(preset, workbench.arch.input, workbench.arch.classes).arch;
  workbench.widen(width, unscaled, m.did_width({ width }));
}
