/** @file Import: arguments of a network as PyTorch, timm and torchvision write them: numbers, non-linearities, norms, roundings. */
import type { Gate, Kernel, NL, Norm } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { PythonProgram } from './python-program';
import { describeValue, lastPart, type PythonCall, type PythonValue } from './python-values';
import { toEights, type Rounding } from './timm-rounding';

/** `torch.nn.BatchNorm2d` without arguments; momentum is the share kept. */
export const torchNorm: Norm = { epsilon: 1e-5, momentum: 0.9 };

const nonLinearities: ReadonlyMap<string, NL> = new Map([
  ['relu', 'relu'],
  ['relu6', 'relu6'],
  ['hardswish', 'hardSwish'],
  ['silu', 'swish'],
  ['swish', 'swish'],
  ['identity', 'linear']
]);
const gates: ReadonlyMap<string, Gate> = new Map([
  ['sigmoid', 'sigmoid'],
  ['hardsigmoid', 'hardSigmoid'],
  ['identity', 'linear']
]);

/** One argument with its name, to be said in an issue. */
export interface Argument {
  readonly key: string;
  readonly value: PythonValue;
  readonly program: PythonProgram;
}

export function refuseValue({ key, value }: Argument): never {
  throw new NotUnderstood(key, m.rows_option_value({ value: describeValue(value) }));
}

/** The argument with its name looked up. */
const resolved = (argument: Argument): Argument => ({
  ...argument,
  value: argument.program.resolve(argument.value)
});

export function numberOf(argument: Argument): number {
  const { value } = resolved(argument);
  return value.kind === 'number' ? value.value : refuseValue(argument);
}

const kernels: readonly Kernel[] = [1, 3, 5, 7];

export function kernelOf(argument: Argument): Kernel {
  const number = numberOf(argument);
  return kernels.find((kernel) => kernel === number) ?? refuseValue(argument);
}

export function flagOf(argument: Argument): boolean {
  const { value } = resolved(argument);
  return value.kind === 'flag' ? value.value : refuseValue(argument);
}

export function wordOf(argument: Argument): string {
  const { value } = resolved(argument);
  return value.kind === 'text' ? value.value : refuseValue(argument);
}

/** 'nn.Hardswish', 'hard_swish' and `get_act_layer('hard_swish')` are all 'hardswish'. */
function plainName(argument: Argument): string {
  const { value } = resolved(argument);
  if (value.kind === 'call') {
    const last = value.args.at(-1);
    const wraps = ['get_act_layer', 'resolve_act_layer'].includes(lastPart(value.name));
    return wraps && last ? plainName({ ...argument, value: last }) : refuseValue(argument);
  }
  if (value.kind !== 'name' && value.kind !== 'text') return refuseValue(argument);
  return lastPart(value.kind === 'name' ? value.name : value.value)
    .toLowerCase()
    .replaceAll('_', '');
}

export function nonLinearityOf(argument: Argument): NL {
  return nonLinearities.get(plainName(argument)) ?? refuseValue(argument);
}

export function gateOf(argument: Argument): Gate {
  return gates.get(plainName(argument)) ?? refuseValue(argument);
}

/** A class or function, bare or with arguments by `partial`. */
export function partialOf(argument: Argument): { readonly name: string; readonly named: PythonCall['named'] } {
  const { value } = resolved(argument);
  if (value.kind === 'name') return { name: lastPart(value.name), named: new Map() };
  if (value.kind !== 'call' || lastPart(value.name) !== 'partial') return refuseValue(argument);
  const [first] = value.args;
  if (first?.kind !== 'name' || value.args.length > 1) return refuseValue(argument);
  return { name: lastPart(first.name), named: value.named };
}

/** Decimals survive 1 - x: 0.01 is a momentum of 0.99. */
export function momentumFrom(share: number): number {
  return Number((1 - share).toPrecision(12));
}

/** `nn.BatchNorm2d`, or `partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)`. */
export function normOf(argument: Argument): Norm {
  const { name, named } = partialOf(argument);
  if (name !== 'BatchNorm2d') return refuseValue(argument);
  let norm = torchNorm;
  for (const [key, value] of named) {
    const number = numberOf({ ...argument, key, value });
    if (key === 'eps') norm = { ...norm, epsilon: number };
    else if (key === 'momentum') norm = { ...norm, momentum: momentumFrom(number) };
    else return refuseValue({ ...argument, key, value });
  }
  return norm;
}

/** `round_channels`, bare or with arguments, or `round`. */
export function roundingOf(argument: Argument): Rounding {
  const { name, named } = partialOf(argument);
  if (name === 'round' && named.size === 0) return 'nearest';
  if (name !== 'round_channels' && (name !== 'make_divisible' || named.has('multiplier'))) return refuseValue(argument);
  let rounding = toEights;
  for (const [key, value] of named) {
    const number = numberOf({ ...argument, key, value });
    if (rounding === 'nearest') return refuseValue(argument);
    if (key === 'multiplier' && number >= 0) rounding = { ...rounding, multiplier: number };
    else if (key === 'divisor' && number > 0) rounding = { ...rounding, divisor: number };
    else if (key === 'round_limit') rounding = { ...rounding, limit: number };
    else return refuseValue({ ...argument, key, value });
  }
  return rounding;
}
