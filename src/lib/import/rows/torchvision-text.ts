/** @file Import: finds the rows and arguments of torchvision's MobileNets in a text: its source, a snippet, bare rows. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import { PythonProgram } from './python-program';
import { lastPart, type PythonCall, type PythonValue } from './python-values';
import type { Argument } from './arguments';
import { classCall, single } from './read';

/** Rows of `MobileNetV3` are calls, those of `MobileNetV2` lists of four numbers; null: the class's own table. */
export type TorchvisionRows =
  | { readonly kind: 'v3'; readonly rows: readonly PythonCall[] }
  | { readonly kind: 'v2'; readonly rows: readonly (readonly number[])[] | null };

/** What a text holds. */
export interface TorchvisionText {
  readonly program: PythonProgram;
  readonly found: TorchvisionRows;
  /** Arguments of the class that is called, and names of their own. */
  readonly options: readonly Argument[];
}

/** Positional arguments of the two classes, in torchvision's order. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  MobileNetV3: ['inverted_residual_setting', 'last_channel', 'num_classes', 'block', 'norm_layer', 'dropout'],
  MobileNetV2: [
    'num_classes',
    'width_mult',
    'inverted_residual_setting',
    'round_nearest',
    'block',
    'norm_layer',
    'dropout'
  ]
};

/** What torchvision's source takes from its own arguments, unless they are asked for. */
const assumed: ReadonlyMap<string, number> = new Map([
  ['width_mult', 1],
  ['reduce_divider', 1],
  ['dilation', 1]
]);

/** Arguments that a text may give as names of their own. */
const loose = new Set(['last_channel', 'num_classes', 'dropout', 'norm_layer', 'width_mult', 'round_nearest']);

function numbersOf(value: PythonValue): readonly number[] | null {
  if (value.kind !== 'list' || value.items.length !== 4) return null;
  const numbers = value.items.flatMap((item) => (item.kind === 'number' ? [item.value] : []));
  return numbers.length === 4 ? numbers : null;
}

/** Whether a call makes a row: the class itself, or a name for it. */
function isRow(program: PythonProgram, value: PythonValue): value is PythonCall {
  if (value.kind !== 'call') return false;
  const name = lastPart(value.name);
  if (name === 'InvertedResidualConfig' || name === 'bneck_conf') return true;
  const alias = program.resolve({ kind: 'name', name: value.name });
  const [first] = alias.kind === 'call' ? alias.args : [];
  return first?.kind === 'name' && lastPart(first.name) === 'InvertedResidualConfig';
}

/** The rows of a list; null for a list of anything else. */
function rowsOf(program: PythonProgram, value: PythonValue): TorchvisionRows | null {
  const flat = numbersOf(value);
  if (flat) return { kind: 'v2', rows: [flat] };
  const items = value.kind === 'list' ? value.items : [value];
  const calls = items.filter((item) => isRow(program, item));
  if (calls.length === items.length && calls.length > 0) return { kind: 'v3', rows: calls };
  const lists = items.flatMap((item) => {
    const numbers = numbersOf(item);
    return numbers ? [numbers] : [];
  });
  return lists.length === items.length && lists.length > 0 ? { kind: 'v2', rows: lists } : null;
}

/** Rows on lines of their own, as one table. */
function joined(lines: readonly TorchvisionRows[]): TorchvisionRows | null {
  const calls = lines.flatMap((line) => (line.kind === 'v3' ? line.rows : []));
  const lists = lines.flatMap((line) => (line.kind === 'v2' ? (line.rows ?? []) : []));
  if (calls.length > 0 && lists.length > 0) throw new NotUnderstood('', m.rows_several({ count: 2 }));
  if (calls.length > 0) return { kind: 'v3', rows: calls };
  return lists.length > 0 ? { kind: 'v2', rows: lists } : null;
}

/** Every argument of a call by its name. */
function argumentsOf(program: PythonProgram, call: PythonCall): readonly Argument[] {
  const order = parameters[lastPart(call.name)] ?? [];
  const positional = call.args.map((value, index): Argument => {
    const key = order[index];
    if (key === undefined) throw new NotUnderstood(lastPart(call.name), m.rows_option_unknown());
    return { key, value, program };
  });
  return [...positional, ...[...call.named].map(([key, value]): Argument => ({ key, value, program }))];
}

function listedRows(program: PythonProgram): TorchvisionRows | null {
  const named: TorchvisionRows[] = [];
  const lines: TorchvisionRows[] = [];
  for (const { target, value } of program.statements) {
    const rows = rowsOf(program, value);
    if (rows && value.kind !== 'call' && target !== null && target !== 'input_size') named.push(rows);
    else if (rows && target === null) lines.push(rows);
  }
  const together = joined(lines);
  return single(together ? [...named, together] : named);
}

/** The rows of an argument: a list, or the one list that its name is given. */
function settingRows(program: PythonProgram, value: PythonValue): TorchvisionRows | null {
  if (value.kind !== 'name') return rowsOf(program, value);
  return single(program.assignments(value.name).flatMap((list) => rowsOf(program, list) ?? []));
}

/** Finds the rows and arguments; throws `NotUnderstood` where there are none, or those of several networks. */
export function readTorchvisionText(text: string): TorchvisionText {
  const program = new PythonProgram(text, assumed);
  const call = classCall(program, ['MobileNetV3', 'MobileNetV2']);
  const own = program.statements.flatMap(({ target, value }): Argument[] =>
    target !== null && loose.has(target) ? [{ key: target, value, program }] : []
  );
  const given = call ? argumentsOf(program, call) : own;
  const setting = given.find(({ key }) => key === 'inverted_residual_setting');
  const v2 = call !== null && lastPart(call.name) === 'MobileNetV2';
  const without = (key: string): readonly Argument[] =>
    given.filter((argument) => argument !== setting && argument.key !== key);
  if (call && !setting && v2) return { program, found: { kind: 'v2', rows: null }, options: without('') };
  const found = setting ? settingRows(program, setting.value) : listedRows(program);
  if (!found || (call && (found.kind === 'v2') !== v2)) throw new NotUnderstood('', m.rows_none_torchvision());
  // V2's own source has a name `last_channel` that is no argument.
  return { program, found, options: without(!call && found.kind === 'v2' ? 'last_channel' : '') };
}
