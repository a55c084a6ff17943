/** @file SIMD engine: the layers that change a map's size without tensors: pools and bilinear resize. */
import type { Shape } from '$lib/arch/architecture';
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

/** Kernels that scatter gradients add to them: zeroes the target first unless an op before has written there. */
function cleared({ kernels }: Ground, into: Into, size: number): number {
  if (!into.add) kernels.zero(into.pointer, size);
  return into.pointer;
}

const sizeOf = (shape: Shape): number => shape[0] * shape[1] * shape[2];

/** Builds an average pool over windows. */
export function openAveragePool(op: AveragePoolOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch } = ground;
  const input = inputOf(ground, 0);
  const output = arena.alloc(maxBatch * sizeOf(op.out));
  const geometry: PoolGeometry = [...op.in, ...op.kernel, ...op.stride, op.out[0], op.out[1]];
  return {
    output,
    forward: (count) => kernels.windowPool(input, output, count, ...geometry),
    backward(count, dy, [into]) {
      if (into) kernels.windowPoolBackward(dy, cleared(ground, into, count * sizeOf(op.in)), count, ...geometry);
    }
  };
}

/** Builds a bilinear resize. */
export function openResize(op: ResizeOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch } = ground;
  const input = inputOf(ground, 0);
  const output = arena.alloc(maxBatch * sizeOf(op.out));
  const sizes = [...op.in, op.out[0], op.out[1]] as const;
  return {
    output,
    forward: (count) => kernels.resize(input, output, count, ...sizes),
    backward(count, dy, [into]) {
      if (into) kernels.resizeBackward(dy, cleared(ground, into, count * sizeOf(op.in)), count, ...sizes);
    }
  };
}
