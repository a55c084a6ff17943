/** @file Test support: the slope of the loss in float64, where float32 gradients have no digits left to compare. */
import { rngOf } from '../../src/lib/base/rng';
import type { Batch } from '../../src/lib/engine/engine';
import type { Op } from '../../src/lib/ops/op';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { dropoutMask, dropoutOf } from '../../src/lib/task/dropout';
import type { Architecture } from '../../src/lib/arch/architecture';
import { dense, naiveForward, type Numbers } from './naive-network';

/** Length of a move: float64 keeps 1e-16 of a loss near 1, so slopes are exact to about 1e-11. */
const MOVE = 1e-5;
const DIRECTIONS = 3;

/** The network in float64, its loss taken as linear in the answer, as it is near the point: `answer` is the loss's gradient there. */
export interface Float64Network {
  readonly ops: readonly Op[];
  readonly numbers: Numbers;
  readonly images: Float64Array;
  readonly count: number;
  readonly answer: Float32Array;
  /** What the last op's input is multiplied with; null where nothing is dropped. */
  readonly mask: Float32Array | null;
}

/** What the last op reads is thinned by, as the table and the batch say. */
function maskOf(arch: Architecture, ops: readonly Op[], { count, draw }: Batch): Float32Array | null {
  const dropout = dropoutOf(arch);
  const last = ops.at(-1);
  return dropout && last?.id === dropout.id ? dropoutMask(count * last.in[2], dropout.rate, draw) : null;
}

/** Opens it on the numbers and pictures of an engine. */
export function inFloat64(
  { arch, ops, batch }: { readonly arch: Architecture; readonly ops: readonly Op[]; readonly batch: Batch },
  { tensors, answer }: { readonly tensors: Tensors; readonly answer: Float32Array }
): Float64Network {
  const pairs = Object.entries(tensors).map(([name, { data }]) => [name, Float64Array.from(data)] as const);
  return {
    ops,
    numbers: Object.fromEntries(pairs),
    images: Float64Array.from(batch.images),
    count: batch.count,
    answer,
    mask: maskOf(arch, ops, batch)
  };
}

/** The answer with these numbers. */
function answerOf({ ops, images, count, mask }: Float64Network, numbers: Numbers): Float64Array | undefined {
  const maps = naiveForward(ops, numbers, images, count);
  const last = ops.at(-1);
  if (!mask || last?.kind !== 'dense') return maps.get(last?.id ?? '');
  const read = maps.get(last.inputs[0] ?? '')?.map((value, i) => value * (mask[i] ?? NaN));
  return dense(read ?? new Float64Array(), last, numbers, count);
}

/** The slope along a direction in one tensor. */
function slopeAlong(network: Float64Network, name: string, way: Float64Array): number {
  const { numbers, answer } = network;
  const start = numbers[name] ?? new Float64Array();
  const lossAt = (length: number): number => {
    const moved = start.map((value, i) => value + length * (way[i] ?? 0));
    const out = answerOf(network, { ...numbers, [name]: moved });
    return answer.reduce((sum, slope, i) => sum + slope * (out?.[i] ?? NaN), 0);
  };
  return (lossAt(MOVE) - lossAt(-MOVE)) / (2 * MOVE);
}

/** The steepest slope met along random directions of length 1 in one tensor; 0 up to rounding where the loss is flat. */
export function steepest(network: Float64Network, name: string): number {
  const slopes = Array.from({ length: DIRECTIONS }, (_, direction) => {
    const rng = rngOf(direction).fork(name);
    const drawn = (network.numbers[name] ?? new Float64Array()).map(() => rng.normal());
    const length = Math.hypot(...drawn);
    return Math.abs(
      slopeAlong(
        network,
        name,
        drawn.map((value) => value / length)
      )
    );
  });
  return Math.max(...slopes);
}

/** The true gradient of one number of a tensor. */
export function trueGradient(network: Float64Network, name: string, at: number): number {
  return slopeAlong(
    network,
    name,
    (network.numbers[name] ?? new Float64Array()).map((_, i) => (i === at ? 1 : 0))
  );
}
