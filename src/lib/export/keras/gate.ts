/** @file Step 8, export: squeeze-and-excite in Keras source; options that differ between the rows become fields. */
import type { Architecture, SqueezeExcite } from '$lib/arch/architecture';
import { activationCode } from './names';
import { usualBias, type KerasStyle } from './style';
import { args, python, pythonLiteral } from '../python-text';

type Option = 'nl' | 'gate' | 'bias' | 'norm' | 'place';

const options: readonly Option[] = ['nl', 'gate', 'bias', 'norm', 'place'];

/** How the table's squeeze-and-excites are written. */
export interface GateStyle {
  /** Options that differ between rows, in the order of the named tuple; without any a row just says the channels. */
  readonly varying: readonly Option[];
  /** One cell of the table. */
  readonly cell: (se: SqueezeExcite | null) => string;
  /** What the rows have in common; null where no row has one. */
  readonly first: SqueezeExcite | null;
}

/** A bias before a batch norm does not exist. */
const plain = (arch: Architecture, se: SqueezeExcite): SqueezeExcite =>
  se.norm && arch.norm ? { ...se, bias: false } : se;

/** An option as Python has it. */
function said(se: SqueezeExcite, option: Option): string {
  if (option === 'nl' || option === 'gate') return activationCode[se[option]];
  if (option === 'place') return se.place === 'afterProject' ? '"project"' : '"depthwise"';
  return pythonLiteral(se[option]);
}

/** Looks through the squeeze-and-excites of a table. */
export function gateStyle(arch: Architecture): GateStyle {
  const inBlocks = arch.rows.flatMap((row) => (row.kind === 'bneck' && row.se ? [row.se] : []));
  const all = arch.rows
    .flatMap((row) => {
      if (row.kind === 'bneck') return row.se ?? [];
      // Alone, it has no place in a block.
      return row.kind === 'squeezeExcite' ? { ...row.se, place: inBlocks[0]?.place ?? row.se.place } : [];
    })
    .map((se) => plain(arch, se));
  const varying = options.filter((option) => new Set(all.map((se) => se[option])).size > 1);
  const cell = (se: SqueezeExcite | null): string => {
    if (!se) return 'None';
    if (varying.length === 0) return String(se.channels);
    const own = plain(arch, se);
    return `SE(${args(String(se.channels), ...varying.map((option) => said(own, option)))})`;
  };
  return { varying, cell, first: all[0] ?? null };
}

/** The named tuple of squeeze-and-excite; empty where a number says it all. */
export function gateTuple({ varying }: GateStyle): string {
  if (varying.length === 0) return '';
  return `SE = namedtuple("SE", "${['channels', ...varying].join(' ')}")`;
}

/** `activation(…)` as a line, unless it is known to be none. */
const activate = (nl: string, name: string): string =>
  nl === 'None' ? '' : python`gate = activation(gate, ${nl}, name + "${name}")`;

/** The function `squeeze_excite`; empty where no row has one. */
export function gateFunction(style: KerasStyle, { varying, first }: GateStyle): string {
  if (!first) return '';
  const field = (option: Option): string => (varying.includes(option) ? `se.${option}` : said(first, option));
  const channels = varying.length === 0 ? 'se' : 'se.channels';
  const [nl, gate, bias] = [field('nl'), field('gate'), field('bias')];
  const useBias = bias === 'True' ? '' : `, use_bias=${bias}`;
  const dense = python`
    gate = layers.Dense(${channels}${useBias}, name=name + "_squeeze")(gate)
    ${activate(nl, '_squeeze')}
    gate = layers.Dense(x.shape[-1]${useBias}, name=name + "_excite")(gate)
    ${activate(gate, '_excite')}
    gate = layers.Reshape((1, 1, x.shape[-1]), name=name + "_gate")(gate)
  `;
  const other = style.conv.biasVaries && bias !== pythonLiteral(usualBias(style));
  const ownBias = other ? `, bias=${bias}` : '';
  const normed = python`
    gate = layers.Reshape((1, 1, x.shape[-1]), name=name + "_gate")(gate)
    gate = conv_norm_act(gate, ${channels}, 1, ${nl}, name + "_squeeze"${ownBias})
    gate = conv_norm_act(gate, x.shape[-1], 1, ${gate}, name + "_excite"${ownBias})
  `;
  const either = python`
    if se.norm:
        ${normed}
    else:
        ${dense}
  `;
  return python`
    def squeeze_excite(x, se, name):
        """Each channel times a gate that has seen the whole map (MobileNetV3, section 5.3)."""
        gate = layers.GlobalAveragePooling2D(name=name + "_pool")(x)
        ${varying.includes('norm') ? either : first.norm ? normed : dense}
        return layers.Multiply(name=name + "_scale")([x, gate])
  `;
}
