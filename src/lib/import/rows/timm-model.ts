/** @file Import: what a network of timm is besides its block strings: the arguments of `MobileNetV3` and `EfficientNet`. */
import type { Architecture, Gate, Kernel, NL, Norm, Padding } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import {
  flagOf,
  gateOf,
  kernelOf,
  nonLinearityOf,
  normOf,
  numberOf,
  partialOf,
  refuseValue,
  roundingOf,
  torchNorm,
  wordOf,
  type Argument
} from './arguments';
import { toEights, type Rounding } from './timm-rounding';

/** The arguments, read. */
export interface TimmModel {
  /** `MobileNetV3` pools before its last convolution, which is a hidden layer here; `EfficientNet` after. */
  readonly efficientHead: boolean;
  readonly stemKernel: Kernel;
  readonly stemSize: number;
  readonly fixStem: boolean;
  /** Width of the last convolution; 0 for none. */
  readonly features: number;
  readonly classes: number;
  readonly channels: number;
  readonly padding: Padding;
  readonly nl: NL;
  readonly norm: Norm;
  readonly rounding: Rounding;
  readonly gate: Gate;
  readonly squeezeNl: NL | null;
  readonly squeezeRounding: Rounding;
  readonly squeezeFromExpansion: boolean;
  readonly dropout: number;
  readonly outputStride: number;
}

/** The defaults of timm's `EfficientNet`. */
export const efficientNet: TimmModel = {
  efficientHead: false,
  stemKernel: 3,
  stemSize: 32,
  fixStem: false,
  features: 1280,
  classes: 1000,
  channels: 3,
  padding: 'symmetric',
  nl: 'relu',
  norm: torchNorm,
  rounding: toEights,
  gate: 'sigmoid',
  squeezeNl: null,
  squeezeRounding: 'nearest',
  squeezeFromExpansion: false,
  dropout: 0,
  outputStride: 32
};

/** The defaults of timm's `MobileNetV3`. */
export const mobileNetV3: TimmModel = {
  ...efficientNet,
  efficientHead: true,
  stemSize: 16,
  squeezeFromExpansion: true
};

/** The squeeze of timm's own MobileNetV3s. */
const v3Squeeze = { gate: 'hardSigmoid', squeezeNl: 'relu', squeezeRounding: toEights } as const;

/** A paper's network as arguments: what strings alone do not say. */
export function modelOf(paper: Architecture): TimmModel {
  const { head, stem, norm } = paper;
  const efficientHead = head.kind === 'classifier' && head.hidden !== null;
  const base = efficientHead ? { ...mobileNetV3, ...v3Squeeze } : efficientNet;
  return {
    ...base,
    stemSize: stem?.out ?? base.stemSize,
    features: head.kind === 'classifier' ? ((head.hidden ?? head.conv)?.out ?? 0) : 0,
    padding: paper.padding,
    nl: stem?.nl ?? base.nl,
    norm: norm ?? base.norm,
    dropout: head.kind === 'classifier' ? head.dropout : 0
  };
}

type Change = (argument: Argument) => Partial<TimmModel>;

/** `''` pads half the kernel, as PyTorch's convolutions of this family do. */
const paddings: ReadonlyMap<string, Padding> = new Map([
  ['', 'symmetric'],
  ['same', 'same'],
  ['valid', 'valid']
]);

function squeezeLayer(argument: Argument): Partial<TimmModel> {
  const { name, named } = partialOf(argument);
  if (name !== 'SqueezeExcite') return refuseValue(argument);
  let squeeze: Partial<TimmModel> = { gate: 'sigmoid', squeezeNl: null, squeezeRounding: 'nearest' };
  for (const [key, value] of named) {
    const inner = { ...argument, key, value };
    if (key === 'gate_layer') squeeze = { ...squeeze, gate: gateOf(inner) };
    else if (key === 'force_act_layer') squeeze = { ...squeeze, squeezeNl: nonLinearityOf(inner) };
    else if (key === 'rd_round_fn') squeeze = { ...squeeze, squeezeRounding: roundingOf(inner) };
    else return refuseValue(inner);
  }
  return squeeze;
}

/** Only this value leaves a network that a table can say. */
const only =
  (expected: boolean): Change =>
  (argument) =>
    flagOf(argument) === expected ? {} : refuseValue(argument);
const ignored: Change = () => ({});

const rules: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['num_classes', (argument) => ({ classes: numberOf(argument) })],
  ['in_chans', (argument) => ({ channels: numberOf(argument) })],
  ['stem_size', (argument) => ({ stemSize: numberOf(argument) })],
  ['stem_kernel_size', (argument) => ({ stemKernel: kernelOf(argument) })],
  ['fix_stem', (argument) => ({ fixStem: flagOf(argument) })],
  ['num_features', (argument) => ({ features: numberOf(argument) })],
  ['pad_type', (argument) => ({ padding: paddings.get(wordOf(argument)) ?? refuseValue(argument) })],
  ['act_layer', (argument) => ({ nl: nonLinearityOf(argument) })],
  ['norm_layer', (argument) => ({ norm: normOf(argument) })],
  ['se_layer', squeezeLayer],
  ['se_from_exp', (argument) => ({ squeezeFromExpansion: flagOf(argument) })],
  ['round_chs_fn', (argument) => ({ rounding: roundingOf(argument) })],
  ['drop_rate', (argument) => ({ dropout: numberOf(argument) })],
  ['output_stride', (argument) => ({ outputStride: numberOf(argument) })],
  ['head_bias', only(true)],
  ['head_norm', only(false)],
  ['global_pool', (argument) => (['avg', 'fast'].includes(wordOf(argument)) ? {} : refuseValue(argument))],
  ['aa_layer', refuseValue],
  ['drop_path_rate', ignored],
  ['layer_scale_init_value', ignored],
  ['device', ignored],
  ['dtype', ignored]
]);

/** Names of arguments that are read here. */
export const isOption = (key: string): boolean => rules.has(key);

/** The model with one argument; `None` leaves the default. Throws `NotUnderstood` at an argument no table can say. */
export function withOption(model: TimmModel, argument: Argument): TimmModel {
  const rule = rules.get(argument.key);
  if (!rule) throw new NotUnderstood(argument.key, m.rows_option_unknown());
  return argument.program.resolve(argument.value).kind === 'none' ? model : { ...model, ...rule(argument) };
}
