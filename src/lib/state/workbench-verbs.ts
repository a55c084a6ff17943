/** @file State: the page's gestures as workbench verbs, each with its label in words. */
import type { Architecture, Head, Issue } from '$lib/arch/architecture';
import { fitTo } from '$lib/arch/fit';
import { applyNetworkOptions, type NetworkChange } from '$lib/arch/options';
import type { OutputStride } from '$lib/arch/output-stride';
import type { Preset } from '$lib/arch/presets/preset';
import { columnsOf } from '$lib/diagram/columns';
import type { Cell, Option } from '$lib/components/editor/cells';
import { changesOf } from '$lib/components/editor/changes';
import { fieldName } from '$lib/components/editor/words';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { known } from './known-presets.svelte';
import type { Beginning, Workbench } from './workbench.svelte';

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
  return known.all.find((preset) => preset.arch.name === arch.name);
}

export function openPreset(workbench: Workbench, id: string): void {
  const arch = known.byId(id)?.arch;
  if (!arch) return;
  workbench.open(arch, m.did_open({ name: arch.name }), { base: arch, origin: arch, options: {} });
  workbench.selected = telling(arch);
}

/** Where the page looks first: the last row that halves the resolution, or the first row. */
export function telling(arch: Architecture): number {
  return Math.max(1, arch.rows.findLastIndex((row) => row.kind !== 'squeezeExcite' && row.stride === 2) + 1);
}

export const widthChoices = [0.35, 0.5, 0.75, 1, 1.25, 1.4] as const;

/** Edits beyond which a network is its own beginning rather than an edited preset. */
const mostEdits = 12;

const isHead = (head: Head, origin: Head): NetworkChange =>
  head.kind === origin.kind || head.kind === 'decoder' ? {} : { head: head.kind };

/** Pixels of the input between two cells of the last row's map. */
export function outputStrideOf(arch: Architecture): number {
  const last = lower(arch).findLast((op) => op.column === arch.rows.length)?.out[0] ?? arch.input[0];
  return arch.input[0] / last;
}

const strides: readonly OutputStride[] = [32, 16, 8];

/** Options under which a preset may have become the network: its head, stride and padding, any width, either tail. */
function likely(arch: Architecture, preset: Architecture): readonly NetworkChange[] {
  const stride = strides.find((choice) => Math.abs(outputStrideOf(arch) - choice) / choice < 0.13);
  const own = Math.abs(outputStrideOf(preset) - outputStrideOf(arch)) < 1;
  const fixed: NetworkChange = {
    ...isHead(arch.head, preset.head),
    ...(stride && !own && { outputStride: stride }),
    ...(arch.padding !== preset.padding && { padding: arch.padding }),
    ...(arch.input.some((size, i) => size !== preset.input[i]) && { input: arch.input })
  };
  const widths = [{}, ...widthChoices.filter((width) => width !== 1).map((width) => ({ width }))];
  const rules = [{}, { widthRule: 'keras' } as const];
  return widths.flatMap((width) =>
    (Object.keys(width).length > 0 ? rules : [{}]).flatMap((rule) =>
      [{}, { reducedTail: true }].map((tail) => ({ ...fixed, ...width, ...rule, ...tail }))
    )
  );
}

/** The preset of its name, under the options that leave the fewest edits; the network itself when none is near. */
function originOf(arch: Architecture): Beginning {
  const preset = presetOf(arch)?.arch;
  const itself = { base: arch, origin: arch, options: {} };
  if (!preset) return itself;
  const plain = arch.input[2] === preset.input[2];
  const origin = plain ? preset : fitTo(preset, arch.input, arch.classes).arch;
  const columns = columnsOf(arch, lower(arch));
  let best = { ...itself, count: mostEdits + 1 };
  for (const options of likely(arch, origin)) {
    const base = Object.keys(options).length === 0 ? origin : applyNetworkOptions(origin, options);
    const { count } = changesOf(columns, columnsOf(base, lower(base)));
    if (count < best.count) best = { base, origin, options, count };
    if (count === 0) break;
  }
  const { base, options } = best;
  return { base, origin: best.origin, options };
}

/** Opens a network from a link or a file; edits count against the preset it came from, where it is near one. */
export function openGiven(workbench: Workbench, arch: Architecture, label: string, fresh = false): void {
  const beginning = originOf(arch);
  if (fresh) workbench.restart(arch, label, beginning);
  else workbench.open(arch, label, beginning);
}

/** Input sizes offered, in pixels; 28 fits the network to small grey pictures of ten classes. */
export const inputSizes = [28, 96, 128, 160, 192, 224, 256, 320] as const;

/** The options with some set and some taken out. */
export function changed(
  options: NetworkChange,
  set: NetworkChange,
  out: readonly (keyof NetworkChange)[] = []
): NetworkChange {
  const kept = Object.entries(options).filter(([key]) => !out.some((name) => name === key));
  return { ...Object.fromEntries(kept), ...set };
}

export function chooseInput(workbench: Workbench, side: number): readonly Issue[] {
  const preset = presetOf(workbench.origin)?.arch;
  const { arch, base, options } = workbench;
  if (side === 28) {
    const shape = [28, 28, 1] as const;
    const origin = fitTo(workbench.origin, shape, 10).arch;
    const kept = changed(options, {}, ['input', 'classes']);
    const fitted = fitTo(base, shape, 10).arch;
    const now = arch === base ? fitted : fitTo(arch, shape, 10).arch;
    workbench.open(now, m.did_fit(), { base: fitted, origin, options: kept });
    return [];
  }
  // Grey pictures changed strides and channels, too: colour begins again with the preset.
  if (preset && preset.input[2] !== arch.input[2]) openPreset(workbench, presetOf(workbench.origin)?.id ?? '');
  return chooseSize(workbench, side, side);
}

/** Another height and width for as many channels. */
export function chooseSize(workbench: Workbench, height: number, width: number): readonly Issue[] {
  const { origin, options } = workbench;
  const input = [height, width, origin.input[2]] as const;
  const own = origin.input[0] === height && origin.input[1] === width && !('head' in options);
  const next = own ? changed(options, {}, ['input']) : changed(options, { input });
  return workbench.setOptions(next, m.did_input({ side: height === width ? height : `${height} × ${width}` }));
}

export function chooseWidth(workbench: Workbench, width: number): readonly Issue[] {
  const { options } = workbench;
  const next = width === 1 ? changed(options, {}, ['width']) : changed(options, { width });
  return workbench.setOptions(next, m.did_width({ width }));
}
