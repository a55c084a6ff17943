/** @file SIMD engine: the layers that change a map's size without tensors: pools and bilinear resize. */
import type { AveragePoolOp, PoolOp, ResizeOp } from '$lib/ops/op';
import type { PoolGeometry } from '../kernels';
import { inputOf, type Ground, type Into, type Layer } from './layer';

/** Builds a global average pool. */
export function openPool(op: PoolOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch } = ground;
  const [height, width, channels] = op.in;
  const pixels = height * width;
  const input = inputOf(ground, 0);
  const output = arena.alloc(maxBatch * channels);
  return {
    output,
    forward: (count) => kernels.pool(input, output, count, pixels, channels),
    backward(count, dy, [into]) {
      if (into) kernels.poolBackward(dy, into.pointer, count, pixels, channels, into.add ? 1 : 0);
    }
  };
}

/** A layer whose way back adds to a gradient that is zeroed first unless others have written it. */
function scattered(
  op: AveragePoolOp | ResizeOp,
  ground: Ground,
  { forward, backward }: Pick<Layer, 'forward'> & { backward(count: number, dy: number, dx: number): void },
  output: number
): Layer {
  const size = op.in[0] * op.in[1] * op.in[2];
  return {
    output,
    forward,
    backward(count, dy, [into]: readonly (Into | null)[]) {
      if (!into) return;
      if (!into.add) ground.kernels.zero(into.pointer, count * size);
      backward(count, dy, into.pointer);
    }
  };
}

const outputOf = (op: AveragePoolOp | ResizeOp, { arena, maxBatch }: Ground): number =>
  arena.alloc(maxBatch * op.out[0] * op.out[1] * op.out[2]);

/** Builds an average pool over windows. */
export function openAveragePool(op: AveragePoolOp, ground: Ground): Layer {
  const { kernels } = ground;
  const input = inputOf(ground, 0);
  const output = outputOf(op, ground);
  const geometry: PoolGeometry = [...op.in, ...op.kernel, ...op.stride, op.out[0], op.out[1]];
  const moves = {
    forward: (count: number) => kernels.windowPool(input, output, count, ...geometry),
    backward: (count: number, dy: number, dx: number) => kernels.windowPoolBackward(dy, dx, count, ...geometry)
  };
  return scattered(op, ground, moves, output);
}

/** Builds a bilinear resize. */
export function openResize(op: ResizeOp, ground: Ground): Layer {
  const { kernels } = ground;
  const input = inputOf(ground, 0);
  const output = outputOf(op, ground);
  const sizes = [...op.in, op.out[0], op.out[1]] as const;
  const moves = {
    forward: (count: number) => kernels.resize(input, output, count, ...sizes),
    backward: (count: number, dy: number, dx: number) => kernels.resizeBackward(dy, dx, count, ...sizes)
  };
  return scattered(op, ground, moves, output);
}
