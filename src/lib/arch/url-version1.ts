/** @file Step 1, spec: link text of version 1: classifiers of plain bneck and separable rows, batch norm everywhere. */
import type { Architecture, Row, SqueezeExcite } from './architecture';
import { layerCode, layerOf, nameCode, nameOf, nlCode, nlOf, numberOf, parts } from './url-words';

/** Fields of a whole table. */
export const fieldCount = 10;

/** SE as MobileNetV3 has it, its width aside: all that version 1 can say. */
export const isPlainSqueeze = (se: SqueezeExcite): boolean =>
  se.nl === 'relu' && se.gate === 'hardSigmoid' && se.bias && !se.norm && se.place === 'afterDepthwise';

/** The four non-linearities that version 1 knows. */
const letters = 'lrxh';
const knows = (part: { readonly nl: Parameters<typeof nlCode>[0] }): boolean => letters.includes(nlCode(part.nl));

function rowFits(row: Row): boolean {
  if (row.kind !== 'bneck' && row.kind !== 'separable') return false;
  if (row.dilation !== 1 || !knows(row)) return false;
  if (row.kind === 'separable') return row.between === 'normed';
  return row.expand === 'whenWider' && row.shortcut === 'identity' && (!row.se || isPlainSqueeze(row.se));
}

const rowCode = (row: Row): string => {
  if (row.kind === 'bneck')
    return ['b', row.kernel, row.expSize, row.out, row.se?.channels ?? 0, nlCode(row.nl), row.stride].join('-');
  return row.kind === 'separable' ? ['s', row.kernel, row.out, nlCode(row.nl), row.stride].join('-') : '';
};

/** The table's fields, or null where the table needs a later version. */
export function version1Code(arch: Architecture): string | null {
  const { head, norm, stem, rows } = arch;
  if (head.kind !== 'classifier' || head.dropout !== 0 || !head.logitsBias) return null;
  if (!norm || arch.convBias || !stem || !knows(stem) || !rows.every(rowFits)) return null;
  if ([head.conv, head.hidden].some((layer) => layer && !knows(layer))) return null;
  return [
    nameCode(arch.name),
    arch.input.join('x'),
    arch.classes,
    arch.padding,
    `${norm.epsilon}-${norm.momentum}`,
    arch.scaling,
    [stem.kernel, stem.out, nlCode(stem.nl), stem.stride].join('-'),
    rows.map(rowCode).join('_'),
    layerCode(head.conv),
    layerCode(head.hidden)
  ].join('~');
}

const rowOf = (text: string): unknown => {
  const [kind, kernel, ...rest] = parts(text);
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

/** The table that the fields describe, unchecked; what version 1 cannot say takes the schema's defaults. */
export function version1Table(fields: readonly string[]): unknown {
  const [name = '', input = '', classes, padding, norm, scaling, stem, rows = '', conv, hidden] = fields;
  const [epsilon, momentum] = parts(norm);
  const [kernel, out, nl, stride] = parts(stem);
  return {
    format: 1,
    name: nameOf(name),
    input: input.split('x').map(numberOf),
    classes: numberOf(classes),
    padding,
    norm: { epsilon: numberOf(epsilon), momentum: numberOf(momentum) },
    scaling,
    stem: { kernel: numberOf(kernel), out: numberOf(out), nl: nlOf(nl), stride: numberOf(stride) },
    rows: rows.split('_').map(rowOf),
    head: { kind: 'classifier', conv: layerOf(conv), hidden: layerOf(hidden) }
  };
}
