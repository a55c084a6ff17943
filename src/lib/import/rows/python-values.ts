/** @file Import: what a Python text of a network is made of: literals, names, and calls that are not run. */

export interface PythonCall {
  readonly kind: 'call';
  /** Dotted, as written: 'nn.BatchNorm2d'. */
  readonly name: string;
  readonly args: readonly PythonValue[];
  readonly named: ReadonlyMap<string, PythonValue>;
}

export type PythonValue =
  | PythonCall
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'list'; readonly items: readonly PythonValue[] }
  | { readonly kind: 'name'; readonly name: string }
  /** An expression that is not read here; `text` is where it begins. */
  | { readonly kind: 'unknown'; readonly text: string };

/** One line: `target = value`, or a value alone. */
export interface PythonStatement {
  readonly target: string | null;
  readonly value: PythonValue;
}

/** 'torch.nn.BatchNorm2d' is 'BatchNorm2d'. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** A value as it was written, in few letters. */
export function describeValue(value: PythonValue): string {
  const text = textOf(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function textOf(value: PythonValue): string {
  if (value.kind === 'none') return 'None';
  if (value.kind === 'list') return '[…]';
  if (value.kind === 'text') return `'${value.value}'`;
  if (value.kind === 'unknown') return value.text;
  if (value.kind === 'flag') return value.value ? 'True' : 'False';
  return 'name' in value ? value.name : String(value.value);
}
