/** @file Step 3, cost: how a framework's code names and cuts up the layers of a table, as data for each article. */
import type { Architecture } from '$lib/arch/architecture';
import { presets, type Preset } from '$lib/arch/presets/catalogue';
import type { Activation } from '$lib/ops/op';

export type DialectId =
  'torchvision' | 'torchvision-v2' | 'article000' | 'article001' | 'article002' | 'article003' | 'article004';

/** Names of modules; what is null is a function call or left out, and has no row of its own in a summary. */
export interface Dialect {
  /** Rows of an activation, innermost module first. */
  readonly activations: Readonly<Record<Activation, readonly string[]>>;
  readonly squeezeExcite: {
    readonly block: string | null;
    readonly pool: 'module' | 'mean';
    /** The non-linearity between the layers is a function call. */
    readonly bareNl: boolean;
    /** Layers are Linear on vectors, not 1x1 Conv2d on maps. */
    readonly linear: boolean;
    /** What stands after the depthwise of a row without it. */
    readonly absent: string | null;
  };
  /** Module of a bneck row and of a separable row. */
  readonly bneck: string | null;
  readonly separable: string | null;
  readonly headPool: 'module' | 'function';
  /** Dropout before the hidden layer as well as before the logits. */
  readonly dropouts: 'logits' | 'both';
}

const torchActivations: Dialect['activations'] = {
  linear: [],
  relu: ['ReLU'],
  relu6: ['ReLU6'],
  hardSwish: ['Hardswish'],
  hardSigmoid: ['Hardsigmoid'],
  sigmoid: ['Sigmoid'],
  swish: ['SiLU'],
  shiftedSwish: ['h_swish']
};

const torchvision: Dialect = {
  activations: torchActivations,
  squeezeExcite: { block: 'SqueezeExcitation', pool: 'module', bareNl: false, linear: false, absent: null },
  bneck: 'InvertedResidual',
  separable: null,
  headPool: 'module',
  dropouts: 'logits'
};

export const dialects: Readonly<Record<DialectId, Dialect>> = {
  torchvision,
  'torchvision-v2': { ...torchvision, headPool: 'function' },
  article000: {
    ...torchvision,
    squeezeExcite: { ...torchvision.squeezeExcite, block: 'SEBlock', linear: true }
  },
  article001: {
    ...torchvision,
    activations: { ...torchActivations, hardSwish: ['HardSwish'], hardSigmoid: ['HardSigmoid'] },
    squeezeExcite: { ...torchvision.squeezeExcite, absent: 'Identity' },
    bneck: 'Bneck',
    dropouts: 'both'
  },
  article002: {
    ...torchvision,
    activations: { ...torchActivations, hardSwish: ['hswish'], hardSigmoid: ['hsigmoid'] },
    squeezeExcite: { ...torchvision.squeezeExcite, block: 'SeModule' },
    bneck: 'Block'
  },
  article003: { ...torchvision, separable: 'Depth_Separable_Conv' },
  article004: {
    ...torchvision,
    // Its HSwish holds an HSigmoid, and its SE is a mean, F.relu and two Linear layers.
    activations: { ...torchActivations, hardSwish: ['HSigmoid', 'HSwish'], hardSigmoid: ['HSigmoid'] },
    squeezeExcite: { block: 'SEModule', pool: 'mean', bareNl: true, linear: true, absent: null }
  }
};

const articleOfId = /^article-(00[0-4])/;
const isDialect = (id: string): id is DialectId => id in dialects;

/** A table but for its name, input and classes, as one text: equal for equal tables, whatever the order of their fields. */
function textOf({ name: _name, input: _input, classes: _classes, ...table }: Architecture): string {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(table, sorted);
}

/** The presets' tables; of two alike, the one of a paper comes first. */
const tables = presets.map((preset) => ({ preset, text: textOf(preset.arch) }));

/** The preset a table is, whatever its name; an edited or scaled one is the preset whose name it still bears. */
function presetOf(arch: Architecture): Preset | undefined {
  const named = (list: readonly Preset[]): Preset | undefined => list.find((preset) => preset.arch.name === arch.name);
  const own = textOf(arch);
  const alike = tables.filter(({ text }) => text === own).map(({ preset }) => preset);
  return named(alike) ?? alike[0] ?? named(presets);
}

/** The code a table comes from: the article of the preset it is or is an edited form of, else torchvision's. */
export function dialectOf(arch: Architecture): DialectId {
  const article = `article${articleOfId.exec(presetOf(arch)?.id ?? '')?.[1] ?? ''}`;
  if (isDialect(article)) return article;
  if (arch.scaling === 'v1') return 'article003';
  return arch.scaling === 'v2' ? 'torchvision-v2' : 'torchvision';
}
