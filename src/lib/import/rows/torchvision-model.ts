/** @file Import: the arguments of torchvision's `MobileNetV3` and `MobileNetV2`. */
import type { Norm } from '$lib/arch/architecture';
import { makeDivisible } from '$lib/arch/divisible';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import { lastPart } from './python-values';
import { normOf, numberOf, refuseValue, torchNorm, type Argument } from './arguments';

/** The arguments, read; null where the text does not give them. */
export interface TorchvisionModel {
  readonly classes: number;
  readonly norm: Norm;
  readonly dropout: number;
  /** `MobileNetV3`: width of the hidden layer. */
  readonly lastChannel: number | null;
  /** `MobileNetV2`: of every width. */
  readonly widthMultiplier: number;
  readonly roundTo: number;
}

/** The defaults of `MobileNetV2`. */
export const torchvisionV2: TorchvisionModel = {
  classes: 1000,
  norm: torchNorm,
  dropout: 0.2,
  lastChannel: null,
  widthMultiplier: 1,
  roundTo: 8
};

/** The defaults of `MobileNetV3`; momentum is the share kept. */
export const torchvisionV3: TorchvisionModel = { ...torchvisionV2, norm: { epsilon: 0.001, momentum: 0.99 } };

/** A width given as a number, or as `adjust_channels(1280)` of torchvision's source. */
function channelsOf(argument: Argument): number {
  const { program, value } = argument;
  const found = program.resolve(value);
  if (found.kind !== 'call' || lastPart(found.name) !== 'adjust_channels') return numberOf(argument);
  const [width] = found.args;
  const alias = program.resolve({ kind: 'name', name: found.name });
  const given = found.args[1] ?? found.named.get('width_mult');
  const multiplier = given ?? (alias.kind === 'call' ? alias.named.get('width_mult') : undefined);
  if (!width) return refuseValue(argument);
  const scale = multiplier ? numberOf({ ...argument, value: multiplier }) : 1;
  return makeDivisible(numberOf({ ...argument, value: width }) * scale);
}

type Change = (argument: Argument) => Partial<TorchvisionModel>;

/** A whole divisor of widths. */
function roundingOf(argument: Argument): number {
  const number = numberOf(argument);
  return Number.isInteger(number) && number > 0 ? number : refuseValue(argument);
}

const rules: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['num_classes', (argument) => ({ classes: numberOf(argument) })],
  ['dropout', (argument) => ({ dropout: numberOf(argument) })],
  ['norm_layer', (argument) => ({ norm: normOf(argument) })],
  ['last_channel', (argument) => ({ lastChannel: channelsOf(argument) })],
  ['width_mult', (argument) => ({ widthMultiplier: numberOf(argument) })],
  ['round_nearest', (argument) => ({ roundTo: roundingOf(argument) })]
]);

/** The model with one argument; `None` leaves the default. Throws `NotUnderstood` at an argument no table can say. */
export function withTorchvisionOption(model: TorchvisionModel, argument: Argument): TorchvisionModel {
  if (argument.program.resolve(argument.value).kind === 'none') return model;
  const rule = rules.get(argument.key);
  if (!rule) throw new NotUnderstood(argument.key, m.rows_option_unknown());
  return { ...model, ...rule(argument) };
}
