/** @file Step 8, export: pieces of Keras source: blocks, calls of layers, lines that became too long. */
import { pythonColumns, pythonNumber } from '../python-text';

/** Lines or blocks that are there, one below the other. */
export const lines = (...all: readonly (string | false | null)[]): string => all.filter(Boolean).join('\n');

/** Definitions with two empty lines between. */
export const blocks = (...all: readonly (string | false | null)[]): string => all.filter(Boolean).join('\n\n\n');

/** Arguments that are there, separated by commas. */
export const args = (...all: readonly (string | false)[]): string => all.filter(Boolean).join(', ');

/** Arguments in as many lines as they need, indented by one step. */
function wrapped(text: string, columns: number): string {
  const at = text.length > columns ? text.lastIndexOf(', ', columns - 1) : -1;
  return at < 0 ? `    ${text}` : `    ${text.slice(0, at + 1)}\n${wrapped(text.slice(at + 2), columns)}`;
}

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
  return `${head}\n${wrapped(call.args, pythonColumns - 8)}\n)(${call.from})`;
}

/** A Python number, True or False. */
export function literal(value: number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return pythonNumber(value);
}

/** Breaks a line after the last comma that fits; what follows stands below what the first bracket opens. */
export function fold(line: string): string {
  const open = line.indexOf('(') + 1;
  const split = (text: string): string => {
    const at = text.length > pythonColumns ? text.lastIndexOf(', ', pythonColumns - 1) : -1;
    return at <= open ? text : `${text.slice(0, at + 1)}\n${split(' '.repeat(open) + text.slice(at + 2))}`;
  };
  return split(line);
}
