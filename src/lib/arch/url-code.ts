/** @file Step 1, spec: a table as a short text that fits a link, versioned, both ways. */
import { m } from '$paraglide/messages';
import type { Architecture, HeadLayer, NL, Row } from './architecture';
import { parseArchitecture, type Parsed } from './parse';
import { presetById, presets } from './presets/catalogue';

const letters: Readonly<Record<NL, string>> = { linear: 'l', relu: 'r', relu6: 'x', hardSwish: 'h' };
const byLetter = new Map(Object.entries(letters).map(([nl, letter]) => [letter, nl]));
const version = '1';

const rowCode = (row: Row): string =>
  row.kind === 'bneck'
    ? ['b', row.kernel, row.expSize, row.out, row.se?.channels ?? 0, letters[row.nl], row.stride].join('-')
    : ['s', row.kernel, row.out, letters[row.nl], row.stride].join('-');

const layerCode = (layer: HeadLayer | null): string => (layer ? `${layer.out}-${letters[layer.nl]}` : '0');

const fullCode = (arch: Architecture): string =>
  [
    encodeURIComponent(arch.name),
    arch.input.join('x'),
    arch.classes,
    arch.padding,
    `${arch.norm.epsilon}-${arch.norm.momentum}`,
    arch.scaling,
    [arch.stem.kernel, arch.stem.out, letters[arch.stem.nl], arch.stem.stride].join('-'),
    arch.rows.map(rowCode).join('_'),
    layerCode(arch.head.conv),
    layerCode(arch.head.hidden)
  ].join('~');

const presetCodes = new Map(presets.map((preset) => [fullCode(preset.arch), preset.id]));

/** The table as link text: '1~v3-small' for an untouched preset, else every field (about 300 letters for V3-Small). */
export function toUrlCode(arch: Architecture): string {
  const code = fullCode(arch);
  return `${version}~${presetCodes.get(code) ?? code}`;
}

const numberOf = (text: string | undefined): unknown => (text !== undefined && text !== '' ? Number(text) : text);
const nlOf = (letter: string | undefined): unknown => byLetter.get(letter ?? '') ?? letter;

const layerOf = (text: string | undefined): unknown => {
  if (text === '0') return null;
  const [out, nl] = (text ?? '').split('-');
  return { out: numberOf(out), nl: nlOf(nl) };
};

const rowOf = (text: string): unknown => {
  const [kind, kernel, ...rest] = text.split('-');
  if (kind === 's') {
    const [out, nl, stride] = rest;
    return { kind: 'separable', kernel: numberOf(kernel), out: numberOf(out), nl: nlOf(nl), stride: numberOf(stride) };
  }
  const [expSize, out, se, nl, stride] = rest;
  const channels = numberOf(se);
  return {
    kind: kind === 'b' ? 'bneck' : kind,
    kernel: numberOf(kernel),
    expSize: numberOf(expSize),
    out: numberOf(out),
    se: channels === 0 ? null : { channels },
    nl: nlOf(nl),
    stride: numberOf(stride)
  };
};

const nameOf = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A cut-off percent escape: keep the letters, the rest of the link may be whole.
    return text;
  }
};

/** Reads link text back; a broken link gives issues, as a broken file does. */
export function parseUrlCode(text: string): Parsed<Architecture> {
  const [got, first = '', ...fields] = text.split('~');
  if (got !== version) {
    const message = got ? m.arch_link_version({ version, got }) : m.arch_link_unversioned({ version });
    return { kind: 'bad', issues: [{ path: '', message }] };
  }
  const preset = fields.length === 0 ? presetById(first) : undefined;
  if (preset) return { kind: 'ok', value: preset.arch };
  if (fields.length !== 9) {
    const message = m.arch_link_fields({ want: 10, got: fields.length + 1 });
    return { kind: 'bad', issues: [{ path: '', message }] };
  }
  const [input = '', classes, padding, norm = '', scaling, stem = '', rows = '', conv, hidden] = fields;
  const [epsilon, momentum] = norm.split(/(?<!e)-/);
  const [kernel, out, nl, stride] = stem.split('-');
  return parseArchitecture({
    format: 1,
    name: nameOf(first),
    input: input.split('x').map(numberOf),
    classes: numberOf(classes),
    padding,
    norm: { epsilon: numberOf(epsilon), momentum: numberOf(momentum) },
    scaling,
    stem: { kernel: numberOf(kernel), out: numberOf(out), nl: nlOf(nl), stride: numberOf(stride) },
    rows: rows.split('_').map(rowOf),
    head: { kind: 'classifier', conv: layerOf(conv), hidden: layerOf(hidden) }
  });
}
