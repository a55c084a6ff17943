/** @file Step 4, network: a table filled by hash with lively numbers, for comparing implementations to the digit. */
import type { Architecture } from '$lib/arch/architecture';
import { lowerWithOutputs, type Lowered } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorSpec } from '$lib/ops/tensors';
import type { Tensor, Tensors } from './checkpoint';
import { hashedInput, hashedNumbers, type Range } from './hashed-numbers';
import { finishOutput, rawOutput } from './plain-forward';

/** How one tensor was drawn. */
export interface GoldenDraw extends Range {
  readonly name: string;
  readonly stream: number;
}

/** A filled table: its tensors, how each was drawn, and the maps it gives for the pictures it was calibrated on. */
export interface GoldenFill {
  readonly tensors: Tensors;
  readonly draws: readonly GoldenDraw[];
  readonly outputs: readonly Float64Array[];
}

/** Which pictures calibrate the norms. */
export interface GoldenOptions {
  /** Pictures of `hashedInput` that calibrate the batch norms together. */
  readonly batch?: number;
}

/** `digits` significant digits, a tie to the even one, as C's printf prints it. */
export function significant(value: number, digits: number): number {
  if (value === 0) return 0;
  // 60 more digits spell a float64 of this size out exactly.
  const [mantissa = '', exponent = '0'] = value.toExponential(digits + 59).split('e');
  const whole = mantissa.replace('.', '').replace('-', '');
  const tie = /^50*$/.test(whole.slice(digits));
  const even = Number(whole[digits - 1]) % 2 === 0;
  if (!tie || !even) return Number(value.toExponential(digits - 1));
  return Math.sign(value) * Number(`${whole.slice(0, 1)}.${whole.slice(1, digits)}e${exponent}`);
}

/** Weights spread by fan-in, norms and biases around their neutral values. */
function rangeOf(op: Op, spec: TensorSpec): Range {
  if (spec.role === 'gamma') return { offset: 1.5, bound: 0.5 };
  if (spec.role !== 'weight') return { offset: 0, bound: 0.5 };
  const taps = 'kernel' in op && typeof op.kernel === 'number' ? op.kernel * op.kernel : 1;
  const fanIn = op.kind === 'depthwise' ? taps : taps * op.in[2];
  return { offset: 0, bound: significant(1.4 * Math.sqrt(3 / fanIn), 6) };
}

/** Running statistics around the variance of what the norm reads, so that no map dies or explodes. */
function statisticsRange(role: 'mean' | 'variance', raw: Float64Array): Range {
  let mean = 0;
  for (const value of raw) mean += value / raw.length;
  let variance = 0;
  for (const value of raw) variance += (value - mean) ** 2 / raw.length;
  const spread = significant(Math.max(variance, 1e-3), 3);
  if (role === 'mean') return { offset: 0, bound: significant(0.25 * Math.sqrt(spread), 3) };
  return { offset: spread, bound: significant(0.5 * spread, 3) };
}

/** Numbers hashed in PyTorch's layout [out, in, taps] as ours, [taps, in, out]. */
function fromTorchOrder(op: Op, shape: readonly number[], data: Float32Array): Tensor {
  if (shape.length === 1) return { shape, data };
  const out = op.out[2];
  const inside = op.kind === 'depthwise' ? 1 : op.in[2];
  const taps = data.length / (out * inside);
  const ours = new Float32Array(data.length);
  let from = 0;
  for (let o = 0; o < out; o++)
    for (let i = 0; i < inside; i++)
      for (let t = 0; t < taps; t++) ours[(t * inside + i) * out + o] = data[from++] as number;
  return { shape, data: ours };
}

/** How often each map is still to be read; the outputs stay. */
function readersOf({ ops, outputs }: Lowered): Map<string, number> {
  const readers = new Map<string, number>();
  for (const id of [...outputs, ...ops.flatMap((op) => op.inputs)]) readers.set(id, (readers.get(id) ?? 0) + 1);
  return readers;
}

/**
 * Fills a table in execution order, one stream for each tensor. Ranges follow golden/README §2 and its generator: weights
 * ±1.4 √(3 / fan-in), biases ±0.5, gammas 1.5 ± 0.5; each norm's statistics are calibrated by a float64 pass over
 * `batch` hashed pictures of the table's own input size, padded symmetrically whatever the table says. The same seed
 * at another input size or batch therefore has other statistics, and the same weights.
 */
export function goldenFill(arch: Architecture, seed: number, { batch = 1 }: GoldenOptions = {}): GoldenFill {
  const padding = arch.padding === 'valid' ? 'valid' : 'symmetric';
  const lowered = lowerWithOutputs({ ...arch, padding });
  const [height, width, channels] = arch.input;
  const maps = new Map<string, ArrayLike<number>>([['', hashedInput([batch, height, width, channels], seed)]]);
  const readers = readersOf(lowered);
  const tensors: Record<string, Tensor> = {};
  const draws: GoldenDraw[] = [];
  const draw = (op: Op, spec: TensorSpec, range: Range): void => {
    const stream = draws.length;
    const count = spec.shape.reduce((product, side) => product * side, 1);
    tensors[spec.name] = fromTorchOrder(op, spec.shape, hashedNumbers(seed, stream, { count, ...range }));
    draws.push({ name: spec.name, stream, ...range });
  };
  for (const op of lowered.ops) {
    const specs = tensorsOf(op);
    const isStatistic = (spec: TensorSpec): boolean => spec.role === 'mean' || spec.role === 'variance';
    for (const spec of specs) if (!isStatistic(spec)) draw(op, spec, rangeOf(op, spec));
    const inputs = op.inputs.map((id) => maps.get(id) ?? []);
    const raw = rawOutput(op, { inputs, batch, tensors });
    for (const spec of specs)
      if (spec.role === 'mean' || spec.role === 'variance') draw(op, spec, statisticsRange(spec.role, raw));
    maps.set(op.id, finishOutput(op, raw, { inputs, batch, tensors }));
    for (const id of op.inputs) {
      readers.set(id, (readers.get(id) ?? 0) - 1);
      if (readers.get(id) === 0) maps.delete(id);
    }
  }
  return { tensors, draws, outputs: lowered.outputs.map((id) => Float64Array.from(maps.get(id) ?? [])) };
}

/** The tensors of `goldenFill` alone. */
export function goldenTensors(arch: Architecture, seed: number, options: GoldenOptions = {}): Tensors {
  return goldenFill(arch, seed, options).tensors;
}

/** Pictures [batch, height, width, channels] that belong to the tensors of the same seed. */
export function goldenInput(shape: readonly [number, number, number, number], seed: number): Float32Array {
  return hashedInput(shape, seed);
}
