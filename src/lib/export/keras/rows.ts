/** @file Step 8, export: Keras source of the functions that build one row each. */
import type { Row } from '$lib/arch/architecture';
import type { GateStyle } from './gate';
import { normArgs, type KerasStyle } from './style';
import type { KindTable } from './table';
import { blocks, lines, python } from '../python-text';

/** The functions by the kind of row. */
const functionNames: Readonly<Record<Row['kind'], string>> = {
  bneck: 'inverted_residual',
  separable: 'separable',
  depthwise: 'depthwise',
  conv: 'convolution',
  squeezeExcite: 'gate_alone'
};

interface Ground {
  readonly style: KerasStyle;
  readonly gates: GateStyle;
  readonly has: (column: string) => boolean;
}

/** Stride and dilation of a row as further arguments, where the called function knows them. */
function steps({ style, has }: Ground, kind: 'conv' | 'depthwise'): string {
  const use = style[kind];
  const named = use.strided ? '' : 'dilation=';
  const dilation = use.dilated && has('dilation') ? `, ${named}row.dilation` : '';
  return (use.strided ? ', row.stride' : '') + dilation;
}

function invertedResidual(ground: Ground): string {
  const { gates, has } = ground;
  const places = gates.varying.includes('place');
  const gated = (place: 'depthwise' | 'project'): string => {
    const first = gates.first?.place === 'afterProject' ? 'project' : 'depthwise';
    if (!has('se') || (!places && first !== place)) return '';
    const condition = places ? python`row.se and row.se.place == "${place}"` : 'row.se';
    return python`
      if ${condition}:
          y = squeeze_excite(y, row.se, name)
    `;
  };
  const expand = has('expand') ? 'row.expand' : 'row.exp != x.shape[-1]';
  const joined = python`
    if row.shortcut == "conv":
        x = conv_norm_act(x, row.out, 1, None, name + "_shortcut")
    if row.shortcut:
        y = layers.Add(name=name + "_add")([y, x])
    return y
  `;
  const usual = python`
    if row.stride == 1 and row.out == x.shape[-1]:
        y = layers.Add(name=name + "_add")([y, x])
    return y
  `;
  return python`
    def inverted_residual(x, row, name):
        """Expansion, depthwise convolution, linear projection, shortcut (MobileNetV2, section 3.3)."""
        y = x
        if ${expand}:
            y = conv_norm_act(y, row.exp, 1, row.nl, name + "_expand")
        y = depthwise_norm_act(y, row.kernel, row.nl, name + "_depthwise"${steps(ground, 'depthwise')})
        ${gated('depthwise')}
        y = conv_norm_act(y, row.out, 1, None, name + "_project")
        ${gated('project')}
        ${has('shortcut') ? joined : usual}
  `;
}

function separable(ground: Ground): string {
  const { style, has } = ground;
  const step = steps(ground, 'depthwise');
  const depthwise = (nl: string, norm: string): string =>
    python`x = depthwise_norm_act(x, row.kernel, ${nl}, name + "_depthwise"${step}${norm})`;
  const bare = depthwise('None', normArgs(style, 'depthwise', { norm: null, bias: false }));
  const either = python`
    if row.plain:
        ${bare}
    else:
        ${depthwise('row.nl', '')}
  `;
  return python`
    def separable(x, row, name):
        """A depthwise convolution, then a pointwise one (MobileNetV1, section 3.1)."""
        ${has('plain') ? either : depthwise('row.nl', '')}
        return conv_norm_act(x, row.out, 1, row.nl, name + "_pointwise")
  `;
}

const writers: Readonly<Record<Row['kind'], (ground: Ground) => string>> = {
  bneck: invertedResidual,
  separable,
  depthwise: (ground) => {
    const multiplier = ground.has('multiplier') ? ', multiplier=row.multiplier' : '';
    return python`
      def depthwise(x, row, name):
          """One depthwise convolution."""
          name = name + "_depthwise"
          return depthwise_norm_act(x, row.kernel, row.nl, name${steps(ground, 'depthwise')}${multiplier})
    `;
  },
  conv: (ground) => python`
    def convolution(x, row, name):
        """One full convolution."""
        return conv_norm_act(x, row.out, row.kernel, row.nl, name + "_conv"${steps(ground, 'conv')})
  `,
  squeezeExcite: () => python`
    def gate_alone(x, row, name):
        """Squeeze-and-excite alone."""
        return squeeze_excite(x, row.se, name)
  `
};

/** The functions of the kinds of rows that the table has. */
export function rowFunctions(style: KerasStyle, gates: GateStyle, kinds: readonly KindTable[]): string {
  return blocks(
    ...kinds.map(({ kind, columns }) => writers[kind]({ style, gates, has: (name) => columns.includes(name) }))
  );
}

/** Which function builds which row; empty where all rows are of one kind. */
export function rowDispatch(kinds: readonly KindTable[]): string {
  if (kinds.length < 2) return '';
  const pairs = kinds.map(({ kind, tuple }) => `    ${tuple}: ${functionNames[kind]},`);
  return lines('BLOCKS = {', ...pairs, '}');
}

/** The call that builds a row. */
export function rowCall(kinds: readonly KindTable[]): string {
  const [first] = kinds;
  const name = kinds.length < 2 && first ? functionNames[first.kind] : 'BLOCKS[type(row)]';
  return `${name}(x, row, f"row{index:02d}")`;
}
