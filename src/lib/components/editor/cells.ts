/** @file Components: which fields of the table a column has, how each is written and how it may be changed. */
import { m } from '$paraglide/messages';
import type { NL } from '$lib/arch/architecture';
import { nlNames, type Column } from '$lib/diagram/columns';

export type Field = 'kernel' | 'expSize' | 'out' | 'se' | 'nl' | 'stride' | 'dilation' | 'shortcut' | 'sePlace';

/** The columns of the papers' tables. */
const paperFields: readonly Field[] = ['kernel', 'expSize', 'out', 'se', 'nl', 'stride'];
/** What only some tables say. */
const furtherFields: readonly Field[] = ['dilation', 'shortcut', 'sePlace'];
export const allFields: readonly Field[] = [...paperFields, ...furtherFields];

const deviates: Partial<Readonly<Record<Field, (column: Column) => boolean>>> = {
  dilation: ({ dilation, path }) => path.startsWith('rows.') && (dilation ?? 1) > 1,
  shortcut: ({ shortcut }) => shortcut !== null && shortcut !== 'identity',
  sePlace: ({ sePlace }) => sePlace === 'afterProject'
};

/** The fields to show: the papers' own, and of the others those that some row uses, or all. */
export function fieldsOf(columns: readonly Column[], all = false): readonly Field[] {
  return allFields.filter((field) => {
    const odd = deviates[field];
    return all || !odd || columns.some(odd);
  });
}

export interface Option {
  readonly value: number | string | boolean;
  readonly text: string;
}

/** One editable cell: `width` and `count` are typed, `choice` and `toggle` step through their options. */
export interface Cell {
  readonly field: Field;
  readonly column: number;
  readonly path: string;
  readonly text: string;
  readonly how: 'width' | 'count' | 'choice' | 'toggle';
  readonly options: readonly Option[];
}

const numbers = (values: readonly number[]): readonly Option[] =>
  values.map((value) => ({ value, text: String(value) }));
const kernels = numbers([3, 5, 7]);
const rowKernels = numbers([1, 3, 5, 7]);
const strides = numbers([1, 2]);
const dilations = numbers([1, 2, 4]);
const multipliers = [1, 2, 4].map((value) => ({ value, text: timesText(value) }));
const rowNls: readonly NL[] = ['relu', 'relu6', 'hardSwish'];
const onOff = (): readonly Option[] => [
  { value: false, text: m.toggle_off() },
  { value: true, text: m.toggle_on() }
];
const shortcuts = (): readonly Option[] => [
  { value: 'identity', text: m.shortcut_identity() },
  { value: 'conv', text: m.shortcut_conv() },
  { value: 'none', text: m.shortcut_none() }
];
const places = (): readonly Option[] => [
  { value: 'afterDepthwise', text: m.se_after_depthwise() },
  { value: 'afterProject', text: m.se_after_project() }
];

function timesText(multiplier: number): string {
  return `×${multiplier}`;
}

const textOf = (options: readonly Option[], value: Option['value'] | null): string =>
  options.find((option) => option.value === value)?.text ?? String(value);

const optionsOf = (now: NL): readonly Option[] =>
  (rowNls.includes(now) ? rowNls : [now, ...rowNls]).map((nl) => ({ value: nl, text: nlNames[nl] }));

/** The editable cell of a column's field, or null where the operator has none. */
export function cellOf(column: Column, field: Field): Cell | null {
  const { path, index, kind } = column;
  const isRow = path.startsWith('rows.');
  const cell = (how: Cell['how'], text: string, options: readonly Option[] = [], at = `${path}.${field}`): Cell => ({
    field,
    column: index,
    path: at,
    text,
    how,
    options
  });
  const choice = (value: Option['value'], options: readonly Option[], at?: string): Cell =>
    cell('choice', textOf(options, value), options, at);
  if (path === '') return null;
  if (path === 'logits') return field === 'out' ? cell('count', String(column.out), [], 'classes') : null;
  if (path === 'head.filters') return field === 'out' ? cell('width', String(column.out), [], path) : null;
  const gates = kind === 'squeezeExcite';
  switch (field) {
    case 'kernel':
      if (column.kernel === null || (!isRow && path !== 'stem')) return null;
      return choice(column.kernel, kind === 'conv' && isRow ? rowKernels : kernels);
    case 'stride':
      return column.stride === null ? null : choice(column.stride, strides);
    case 'expSize':
      if (column.multiplier !== null) return choice(column.multiplier, multipliers, `${path}.multiplier`);
      return column.expSize === null ? null : cell('width', String(column.expSize));
    case 'out':
      return gates || kind === 'depthwise' ? null : cell('width', String(column.out));
    case 'se':
      if (gates) return cell('count', String(column.se), [], `${path}.se.channels`);
      return kind === 'bneck' ? cell('toggle', column.se === null ? m.toggle_off() : m.toggle_on(), onOff()) : null;
    case 'nl':
      return choice(column.nl, optionsOf(column.nl), gates ? `${path}.se.nl` : undefined);
    case 'dilation':
      return isRow && column.dilation !== null ? choice(column.dilation, dilations) : null;
    case 'shortcut':
      return column.shortcut === null ? null : choice(column.shortcut, shortcuts());
    case 'sePlace':
      return kind === 'bneck' && column.sePlace ? choice(column.sePlace, places(), `${path}.se.place`) : null;
  }
}

/** What a field that cannot be set says where it stands; null where the operator has no such thing. */
export function fixedText(column: Column, field: Field): string | null {
  if (field === 'kernel') return column.kernel === null ? null : String(column.kernel);
  if (field === 'stride') return column.stride === null ? null : String(column.stride);
  if (field === 'expSize') return column.expSize === null ? null : String(column.expSize);
  if (field === 'nl') return column.nl === 'linear' || column.kind === 'dense' ? null : nlNames[column.nl];
  if (field === 'se' && column.kind === 'stage') return String(column.se ?? '');
  if (field !== 'out' || column.kind === 'picture' || column.kind === 'pool') return null;
  return column.path === 'logits' ? null : String(column.out);
}

/** The option that lies `by` steps from the one now; choices go round, and an odd text starts at the first. */
export function stepped(cell: Cell, by: number): Option | undefined {
  const at = cell.options.findIndex((option) => option.text === cell.text);
  return cell.options.at((at + by + cell.options.length) % cell.options.length);
}

/** What a kernel, stride or activation typed as text means: '5', 'hs', 're'; undefined when it is none. */
export function optionTyped(cell: Cell, text: string): Option | undefined {
  const typed = text.trim().toUpperCase();
  return cell.options.find((option) => option.text.toUpperCase() === typed);
}
