/** @file Step 8, export: Python source as text, laid out as Black would: templates, literals, calls and aligned tables. */

/** The longest line, in characters. */
export const pythonColumns = 100;

/** What a hole of a template may hold; null, false and '' take away the line that they stand on alone. */
export type Hole = string | number | null | false;

const mark = (index: number): string => `\0${index}\0`;
const valueOf = (hole: Hole | undefined): string => (hole === null || hole === false ? '' : String(hole));
const indentOf = (line: string): string => /^ */.exec(line)?.[0] ?? '';

/** Moves every line but the first to the right; empty lines stay empty. */
export const indented = (text: string, by: string): string => text.replace(/\n(?=[^\n])/g, `\n${by}`);

/**
 * Tag for Python source: the common indentation goes, a hole of several lines keeps that of its line, and backslashes stay
 * as they are typed. No line end at the end.
 */
export function python(strings: TemplateStringsArray, ...holes: readonly Hole[]): string {
  const text = strings.raw.map((part, i) => (i === 0 ? part : mark(i - 1) + part)).join('');
  const lines = text.replace(/^ *\n/, '').replace(/\n *$/, '').split('\n');
  const depth = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => indentOf(line).length));
  const filled = lines.flatMap((line): string[] => {
    const own = line.slice(depth).trimEnd();
    const value = (_: string, index: string): string => indented(valueOf(holes[Number(index)]), indentOf(own));
    const text = own.replace(/\0(\d+)\0/g, value);
    return own !== '' && text.trim() === '' ? [] : [text];
  });
  return filled.join('\n');
}

/** A number as Python code. */
export function pythonNumber(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
}

/** A number, True or False as Python code. */
export function pythonLiteral(value: number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return pythonNumber(value);
}

/** A float as Python code: 1 is 1.0. */
export const pythonFloat = (value: number): string =>
  Number.isInteger(value) ? `${value}.0` : pythonNumber(Number(value.toPrecision(12)));

/** A tuple: one of a single item has its comma. */
export const pythonTuple = (items: readonly (string | number)[]): string =>
  items.length === 1 ? `(${items.join()},)` : `(${items.join(', ')})`;

/** An assignment of a list: on one line, on one line between its brackets, or an item a line. */
export function pythonList(name: string, items: readonly string[]): string {
  const inner = items.join(', ');
  if (name.length + inner.length + 5 <= pythonColumns) return `${name} = [${inner}]`;
  if (inner.length + 4 <= pythonColumns) return `${name} = [\n    ${inner}\n]`;
  return `${name} = [\n${items.map((item) => `    ${item},\n`).join('')}]`;
}

/** Lines or blocks that are there, one below the other. */
export const lines = (...all: readonly (string | false | null)[]): string => all.filter(Boolean).join('\n');

/** Definitions with two empty lines between. */
export const blocks = (...all: readonly (string | false | null)[]): string => all.filter(Boolean).join('\n\n\n');

/** Arguments that are there, separated by commas. */
export const args = (...all: readonly (string | false)[]): string => all.filter(Boolean).join(', ');

/** Code broken after the last comma that fits into `columns`, again and again; what follows stands below `indent`. */
function wrapped(code: string, indent: string, columns = pythonColumns): string {
  const at = code.length > columns ? code.lastIndexOf(', ', columns - 1) : -1;
  if (at <= indent.length) return code;
  return `${code.slice(0, at + 1)}\n${wrapped(indent + code.slice(at + 2), indent, columns)}`;
}

/** A line broken where it is too long; what follows stands below what the first bracket opens. */
export const fold = (line: string): string => wrapped(line, ' '.repeat(line.indexOf('(') + 1));

/** `x = layers.Conv2D(…)(x)`, inside a function; its arguments on lines of their own where one line would not hold it. */
export function applied(call: {
  readonly to: string;
  readonly layer: string;
  readonly from: string;
  readonly args: string;
}): string {
  const head = `${call.to} = layers.${call.layer}(`;
  const line = `${head}${call.args})(${call.from})`;
  if (line.length + 4 <= pythonColumns) return line;
  return `${head}\n${wrapped(`    ${call.args}`, '    ', pythonColumns - 4)}\n)(${call.from})`;
}

/** A piece of code, or a call whose arguments may be broken over lines. */
export type Code = string | Call;
export interface Call {
  readonly head: string;
  readonly args: readonly Code[];
}

/** A call; arguments that are null or false are left out. */
export const call = (head: string, ...args: readonly (Code | null | false)[]): Call => ({
  head,
  args: args.filter((arg) => arg !== null && arg !== false)
});

const flat = (code: Code): string =>
  typeof code === 'string' ? code : `${code.head}(${code.args.map(flat).join(', ')})`;

/** Code that starts at `column`: on one line where it fits with what comes `after`, else broken at its brackets. */
export function laidOut(code: Code, column: number, after = ''): string {
  const line = flat(code);
  if (typeof code === 'string' || column + line.length + after.length <= pythonColumns) return line;
  const { head, args } = code;
  const inner = args.map(flat).join(', ');
  if (column + 4 + inner.length <= pythonColumns) return `${head}(\n    ${inner}\n)`;
  const [first, ...others] = args;
  if (first !== undefined && others.length === 0)
    return `${head}(\n    ${indented(laidOut(first, column + 4), '    ')}\n)`;
  const parts = args.map((arg) => `    ${indented(laidOut(arg, column + 4, ','), '    ')},\n`);
  return `${head}(\n${parts.join('')})`;
}

/** Text for a docstring or comment: no character that could end it, words on lines of `columns` characters. */
export function proseLines(text: string, columns = pythonColumns): readonly string[] {
  const plain = text.replaceAll('\\', '/').replaceAll('"', "'");
  const words = plain.split(/[\s\p{C}\p{Z}]+/u).filter((word) => word !== '');
  const lines: string[] = [];
  for (const word of words.flatMap((long) => long.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** One line of a table: the name that is called and what its columns hold. */
export interface TableRow {
  readonly name: string;
  readonly cells: readonly { readonly header: string; readonly text: string }[];
}

/** Widths of the columns of rows of one name, with their headers or without. */
function columnWidths(rows: readonly TableRow[], headed: boolean): number[] {
  const columns = rows[0]?.cells.length ?? 0;
  return Array.from({ length: columns }, (_, i) =>
    Math.max(
      ...rows.map(({ cells }) => Math.max(cells[i]?.text.length ?? 0, headed ? (cells[i]?.header.length ?? 0) : 0))
    )
  );
}

/**
 * Rows as a Python list, which Black leaves alone: each name's columns right-aligned below a comment that names them; the
 * comment comes again wherever another name begins. Columns narrow to their numbers where their names make a line too
 * long.
 */
export function tableOf(name: string, rows: readonly TableRow[]): string {
  const lines = rows.flatMap((row, index) => {
    const { cells } = row;
    const alike = rows.filter((other) => other.name === row.name);
    const wide = columnWidths(alike, true);
    const length = (widths: readonly number[]): number =>
      widths.reduce((sum, width) => sum + width + 2, row.name.length + 6);
    const headed = length(wide) <= pythonColumns;
    const widths = headed ? wide : columnWidths(alike, false);
    const line = (texts: readonly string[]): string => texts.map((text, i) => text.padStart(widths[i] ?? 0)).join(', ');
    const headers = cells.map(({ header }) => header);
    const own = `    ${row.name}(${line(cells.map(({ text }) => text))}),`;
    if (rows[index - 1]?.name === row.name) return [own];
    const above = headed ? line(headers).replaceAll(',', ' ') : headers.join(', ');
    return [`    #${' '.repeat(headed ? row.name.length : 1)}${above}`, own];
  });
  return [python`# fmt: off`, `${name} = [`, ...lines, ']', python`# fmt: on`].join('\n');
}
