/** @file Components: which fields of the table a column has, how each is written and how it may be changed. */
import { m } from '$paraglide/messages';
import type { NL } from '$lib/arch/architecture';
import { nlNames, type Column } from '$lib/components/diagram/columns';

export type Field = 'kernel' | 'expSize' | 'out' | 'se' | 'nl' | 'stride';

export const fields: readonly Field[] = ['kernel', 'expSize', 'out', 'se', 'nl', 'stride'];

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

const kernels = [3, 5, 7].map((value) => ({ value, text: String(value) }));
const strides = [1, 2].map((value) => ({ value, text: String(value) }));
const rowNls: readonly NL[] = ['relu', 'relu6', 'hardSwish'];
const onOff = (): readonly Option[] => [
  { value: false, text: m.toggle_off() },
  { value: true, text: m.toggle_on() }
];

const optionsOf = (nls: readonly NL[]): readonly Option[] => nls.map((nl) => ({ value: nl, text: nlNames[nl] }));

/** The editable cell of a column's field, or null where the operator has none. */
export function cellOf(column: Column, field: Field): Cell | null {
  const { path, index } = column;
  const isRow = path.startsWith('rows.');
  const cell = (how: Cell['how'], text: string, options: readonly Option[] = [], at = `${path}.${field}`): Cell => ({
    field,
    column: index,
    path: at,
    text,
    how,
    options
  });
  if (path === '') return null;
  if (path === 'logits') return field === 'out' ? cell('count', String(column.out), [], 'classes') : null;
  switch (field) {
    case 'kernel':
      return isRow || path === 'stem' ? cell('choice', String(column.kernel), kernels) : null;
    case 'stride':
      return isRow || path === 'stem' ? cell('choice', String(column.stride), strides) : null;
    case 'expSize':
      return column.expSize === null ? null : cell('width', String(column.expSize));
    case 'out':
      return cell('width', String(column.out));
    case 'se':
      return column.kind === 'bneck'
        ? cell('toggle', column.se === null ? m.toggle_off() : m.toggle_on(), onOff())
        : null;
    case 'nl':
      return cell('choice', nlNames[column.nl], optionsOf(column.nl === 'linear' ? ['linear', ...rowNls] : rowNls));
  }
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
