/** @file Step 1, spec: link text of version 2: every table; one letter for each choice that is not the common one. */
import type { Architecture, Norm, Row, SqueezeExcite, Stem } from './architecture';
import { headCode, headOf } from './url-head';
import { gateCode, gateOf, nameCode, nameOf, nlCode, nlOf, numberOf, parts } from './url-words';
import { isPlainSqueeze } from './url-version1';

/** Fields of a whole table. */
export const fieldCount = 9;

/** '0' none, '24' as MobileNetV3 has it, '24hsbmp': NL, gate, b(ias), m for norm, p for after the projection. */
function squeezeCode(se: SqueezeExcite | null): string {
  if (!se) return '0';
  if (isPlainSqueeze(se)) return String(se.channels);
  const flags = `${se.bias ? 'b' : ''}${se.norm ? 'm' : ''}${se.place === 'afterProject' ? 'p' : ''}`;
  return `${se.channels}${nlCode(se.nl)}${gateCode(se.gate)}${flags}`;
}

function squeezeOf(text: string | undefined): unknown {
  if (text === '0') return null;
  const [, channels, nl, gate, flags] = /^(\d+)(?:(.)(.)(.*))?$/.exec(text ?? '') ?? [];
  if (channels === undefined) return { channels: text };
  if (flags === undefined) return { channels: Number(channels) };
  const [, bias, norm, after] = /^(b?)(m?)(p?)$/.exec(flags) ?? [];
  if (bias === undefined) return { channels: text };
  return {
    channels: Number(channels),
    nl: nlOf(nl),
    gate: gateOf(gate),
    bias: bias !== '',
    norm: norm !== '',
    place: after ? 'afterProject' : 'afterDepthwise'
  };
}

type Flags = Readonly<Record<string, { readonly field: string; readonly value: string }>>;

const bneckFlags: Flags = {
  a: { field: 'expand', value: 'always' },
  c: { field: 'shortcut', value: 'conv' },
  n: { field: 'shortcut', value: 'none' }
};
const separableFlags: Flags = { p: { field: 'between', value: 'plain' } };

/** 'd2' for a dilation of 2, then the row's letters; '' where all is common. */
const flagsCode = (row: { readonly dilation: number }, letters: string): string =>
  `${row.dilation === 1 ? '' : `d${row.dilation}`}${letters}`;

/** Reads the flags; an unknown letter becomes a field of that name, which the table's check refuses. */
function flagsOf(text: string | undefined, known: Flags): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const [, dilation, letters = ''] = /^(?:d(\d*))?(.*)$/s.exec(text ?? '') ?? [];
  if (dilation !== undefined) fields['dilation'] = numberOf(dilation);
  for (const letter of letters) {
    const flag = known[letter];
    fields[flag?.field ?? letter] = flag?.value ?? letter;
  }
  return fields;
}

const joined = (parts: readonly (string | number)[]): string => parts.filter((part) => part !== '').join('-');
const shortcutLetter = { identity: '', conv: 'c', none: 'n' } as const;

function rowCode(row: Row): string {
  if (row.kind === 'squeezeExcite') return `e-${squeezeCode(row.se)}`;
  const [nl, { kernel, stride }] = [nlCode(row.nl), row];
  if (row.kind === 'bneck') {
    const letters = `${row.expand === 'always' ? 'a' : ''}${shortcutLetter[row.shortcut]}`;
    const widths = [row.expSize, row.out, squeezeCode(row.se)];
    return joined(['b', kernel, ...widths, nl, stride, flagsCode(row, letters)]);
  }
  if (row.kind === 'separable')
    return joined(['s', kernel, row.out, nl, stride, flagsCode(row, row.between === 'plain' ? 'p' : '')]);
  if (row.kind === 'depthwise') return joined(['d', kernel, row.multiplier, nl, stride, flagsCode(row, '')]);
  return joined(['c', kernel, row.out, nl, stride, flagsCode(row, '')]);
}

function rowOf(text: string): unknown {
  const [tag, ...rest] = parts(text);
  if (tag === 'e') return { kind: 'squeezeExcite', se: squeezeOf(rest[0]) };
  const windowed = ([nl, stride, flags, ...more]: readonly string[], known: Flags = {}) => ({
    kernel: numberOf(rest[0]),
    nl: nlOf(nl),
    stride: numberOf(stride),
    ...flagsOf(flags, known),
    ...(more.length > 0 ? { more } : {})
  });
  if (tag === 'b') {
    const [, expSize, out, se, ...tail] = rest;
    const widths = { expSize: numberOf(expSize), out: numberOf(out), se: squeezeOf(se) };
    return { kind: 'bneck', ...widths, ...windowed(tail, bneckFlags) };
  }
  const [, width, ...tail] = rest;
  if (tag === 's') return { kind: 'separable', out: numberOf(width), ...windowed(tail, separableFlags) };
  if (tag === 'd') return { kind: 'depthwise', multiplier: numberOf(width), ...windowed(tail) };
  return { kind: tag === 'c' ? 'conv' : tag, out: numberOf(width), ...windowed(tail) };
}

/** '0' no norm, 'b' folded into biases, else epsilon and momentum. */
const normCode = (norm: Norm | null, convBias: boolean): string =>
  norm ? `${norm.epsilon}-${norm.momentum}` : convBias ? 'b' : '0';

function normOf(text: string | undefined): unknown {
  if (text === '0' || text === 'b') return null;
  const [epsilon, momentum] = parts(text);
  return { epsilon: numberOf(epsilon), momentum: numberOf(momentum) };
}

const stemCode = (stem: Stem | null): string =>
  stem ? [stem.kernel, stem.out, nlCode(stem.nl), stem.stride].join('-') : '0';

function stemOf(text: string | undefined): unknown {
  if (text === '0') return null;
  const [kernel, out, nl, stride] = parts(text);
  return { kernel: numberOf(kernel), out: numberOf(out), nl: nlOf(nl), stride: numberOf(stride) };
}

/** The table's fields; every valid table has them. */
export function version2Code(arch: Architecture): string {
  return [
    nameCode(arch.name),
    arch.input.join('x'),
    arch.classes,
    arch.padding,
    normCode(arch.norm, arch.convBias),
    arch.scaling,
    stemCode(arch.stem),
    arch.rows.map(rowCode).join('_'),
    headCode(arch.head)
  ].join('~');
}

/** The table that the fields describe, unchecked. */
export function version2Table(fields: readonly string[]): unknown {
  const [name = '', input = '', classes, padding, norm, scaling, stem, rows = '', head] = fields;
  return {
    format: 1,
    name: nameOf(name),
    input: input.split('x').map(numberOf),
    classes: numberOf(classes),
    padding,
    norm: normOf(norm),
    convBias: norm === 'b',
    scaling,
    stem: stemOf(stem),
    rows: rows.split('_').map(rowOf),
    head: headOf(head)
  };
}
