/** @file SIMD engine: values rounded as 8-bit kernels round them; gradients pass where a value lies on its grid (arXiv 1806.08342 §2.3). */
import type { Op } from '$lib/ops/op';
import type { RoundedSums, RoundingGrid } from '$lib/task/rounding';
import type { Arena } from '../arena';
import { ACT, type GridNumbers } from '../kernels';
import { openEnding, type Finish, type Finished } from './ending';
import { chunkOf, mapOutput, overChunks, sizeOf, type Ground, type Layer } from './layer';

/** A grid as the kernels take it. */
export const numbersOf = ({ scale, zeroPoint, least, most }: RoundingGrid, lift = 0): GridNumbers => [
  scale,
  zeroPoint,
  lift,
  least,
  most
];

function placed(arena: Arena, table: Float32Array): number {
  const pointer = arena.alloc(table.length);
  arena.floats(pointer, table.length).set(table);
  return pointer;
}

/** The sums of an op and its bias on their grid, then its activation as 8-bit kernels compute it. */
export function openRoundedSums(op: Finished, ground: Ground, { grid, lift, activation }: RoundedSums): Finish {
  const { kernels, arena, parameters, maxBatch } = ground;
  const bias = op.kind === 'transposedConv' || op.bias ? parameters.of(op, 'bias') : null;
  const [height, width, channels] = op.out;
  const pixels = height * width;
  const size = sizeOf(op.out);
  const z = arena.alloc(maxBatch * size);
  const y = arena.alloc(maxBatch * size);
  const numbers = numbersOf(grid, lift);
  const values = activation && placed(arena, activation.values);
  const slopes = activation && placed(arena, activation.slopes);
  return openEnding(op, ground, {
    z,
    output: mapOutput(ground, y, op.out),
    collect(from, count) {
      const [at, to] = [z + from * size * 4, y + from * size * 4];
      if (bias) kernels.biasAct(at, bias.value, at, count * pixels, channels, ACT.linear);
      if (values === null) kernels.roundOn(at, to, count * size, ...numbers);
      else kernels.roundThrough(at, to, count * size, values, ...numbers);
    },
    turn(from, count, dy) {
      const [at, dz] = [z + from * size * 4, dy + from * size * 4];
      if (slopes === null) kernels.roundOnBackward(at, dz, count * size, ...numbers);
      else kernels.roundThroughBackward(at, dz, count * size, slopes, ...numbers);
      if (!bias) return;
      if (from === 0) kernels.zero(bias.gradient, bias.size);
      kernels.biasActBackward(at, dz, bias.gradient, count * pixels, channels, ACT.linear);
    }
  });
}

/** A layer whose answer is rounded and kept. */
export function openRoundedAnswer(
  layer: Layer,
  op: Op,
  { ground, grid }: { ground: Ground; grid: RoundingGrid }
): Layer {
  const { kernels, arena, maxBatch, slots } = ground;
  const size = sizeOf(op.out);
  const chunk = Math.min(maxBatch, chunkOf(size));
  const y = arena.alloc(maxBatch * size);
  const numbers = numbersOf(grid);
  slots[0].need(chunk * size);
  return {
    output: mapOutput(ground, y, op.out),
    forward(count, training) {
      layer.forward(count, training);
      overChunks(count, chunk, (from, part) =>
        kernels.roundOn(layer.output.read(from, part, 0), y + from * size * 4, part * size, ...numbers)
      );
    },
    backward(count, dy, into) {
      overChunks(count, chunk, (from, part) =>
        kernels.roundOnBackward(layer.output.read(from, part, 0), dy + from * size * 4, part * size, ...numbers)
      );
      layer.backward(count, dy, into);
    }
  };
}
