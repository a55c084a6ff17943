/** @file Import: what the readers of rows give: a table without weights, or what is wrong with the text. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { diffRows } from '$lib/arch/diff';
import { maxNameLength } from '$lib/arch/limits';
import { checkArchitecture } from '$lib/arch/parse';
import { papers } from '$lib/arch/presets/papers';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { PythonProgram } from './python-program';
import { lastPart, type PythonCall } from './python-values';

/** Letters of a text: a network has some thousands. */
export const maxRowsText = 1_000_000;

/** A table, with what the text does not say and was taken from elsewhere in `notes`; or the issues. */
export type RowsRead =
  | { readonly kind: 'ok'; readonly arch: Architecture; readonly notes: readonly string[] }
  | { readonly kind: 'bad'; readonly issues: readonly Issue[] };

/** The paper's network that is this one in all but its name and the padding of the library. */
function paperOf(arch: Architecture): string | null {
  const same = papers.find(
    (paper) =>
      paper.arch.rows.length === arch.rows.length &&
      diffRows({ ...paper.arch, padding: arch.padding }, arch).length === 0
  );
  return same?.arch.name ?? null;
}

/** The name that a text gives itself, or the paper's of the same network, or the one for all others. */
export function withName(arch: Architecture, title: string | null, otherwise: string): Architecture {
  return { ...arch, name: title?.slice(0, maxNameLength) ?? paperOf(arch) ?? otherwise };
}

/** The one thing of its kind in a text, or null; throws `NotUnderstood` where there are several. */
export function single<T>(found: readonly T[]): T | null {
  if (found.length > 1) throw new NotUnderstood('', m.rows_several({ count: found.length }));
  return found[0] ?? null;
}

/** The one call of a class, or null; throws `NotUnderstood` where the text calls one in a way that is no Python. */
export function classCall(program: PythonProgram, names: readonly string[]): PythonCall | null {
  const values = program.statements.map(({ value }) => value);
  const broken = values.find((value) => value.kind === 'unknown' && names.includes(lastPart(value.text)));
  if (broken?.kind === 'unknown') throw new NotUnderstood(lastPart(broken.text), m.rows_call_broken());
  return single(
    values.flatMap((value) => (value.kind === 'call' && names.includes(lastPart(value.name)) ? [value] : []))
  );
}

/** Height and width of a line `input_size = (channels, height, width)`, which the listings here have. */
export function inputSizeOf({ statements }: PythonProgram): readonly [height: number, width: number] | null {
  for (const { target, value } of statements) {
    if (target !== 'input_size' || value.kind !== 'list') continue;
    const [, height, width] = value.items;
    if (height?.kind === 'number' && width?.kind === 'number') return [height.value, width.value];
  }
  return null;
}

/** Runs a reader on a text of sane length: what it could not understand becomes an issue; its table is checked. */
export function readRows(text: string, read: () => RowsRead): RowsRead {
  if (text.length > maxRowsText) {
    return { kind: 'bad', issues: [{ path: '', message: m.rows_text_long({ most: maxRowsText }) }] };
  }
  try {
    const result = read();
    if (result.kind === 'bad') return result;
    const issues = checkArchitecture(result.arch);
    return issues.length === 0 ? result : { kind: 'bad', issues };
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { kind: 'bad', issues: [{ path: error.where, message: error.message }] };
  }
}
