/** @file SIMD engine: the layers that change a map's size without tensors: pools and bilinear resize. */
import type { AveragePoolOp, PoolOp, ResizeOp } from '$lib/ops/op';
import type { PoolGeometry } from '../kernels';
import { chunkOf, inputOf, mapOutput, overChunks, sizeOf, type Ground, type Layer } from './layer';

/** Kernels that make some pictures out of some others, and their gradients. */
interface Resampling {
  forward(x: number, y: number, count: number): void;
  /** Adds to dx with `add`, else overwrites it. */
  backward(dy: number, dx: number, count: number, add: boolean): void;
}

/** Builds a layer that keeps its output and reads its input some pictures at a time. */
function openResampling(op: PoolOp | AveragePoolOp | ResizeOp, ground: Ground, kernels: Resampling): Layer {
  const { arena, maxBatch, slots } = ground;
  const input = inputOf(ground, 0);
  const [from, to] = [sizeOf(op.in) * 4, sizeOf(op.out) * 4];
  const chunk = Math.min(maxBatch, chunkOf(Math.max(sizeOf(op.in), sizeOf(op.out))));
  const output = arena.alloc(maxBatch * sizeOf(op.out));
  slots[0].need(chunk * sizeOf(op.in));
  return {
    output: mapOutput(ground, output, op.out),
    forward: (count) =>
      overChunks(count, chunk, (first, part) => kernels.forward(input.read(first, part, 0), output + first * to, part)),
    backward(count, dy, [into]) {
      if (!into) return;
      overChunks(count, chunk, (first, part) => {
        kernels.backward(dy + first * to, into.pointer + first * from, part, into.add);
        into.arrive?.(first, part);
      });
    }
  };
}

/** Builds a global average pool. */
export function openPool(op: PoolOp, ground: Ground): Layer {
  const { kernels } = ground;
  const [height, width, channels] = op.in;
  const pixels = height * width;
  return openResampling(op, ground, {
    forward: (x, y, count) => kernels.pool(x, y, count, pixels, channels),
    backward: (dy, dx, count, add) => kernels.poolBackward(dy, dx, count, pixels, channels, add ? 1 : 0)
  });
}

/** Builds an average pool over windows. */
export function openAveragePool(op: AveragePoolOp, ground: Ground): Layer {
  const { kernels } = ground;
  const geometry: PoolGeometry = [...op.in, ...op.kernel, ...op.stride, op.out[0], op.out[1]];
  return openResampling(op, ground, {
    forward: (x, y, count) => kernels.windowPool(x, y, count, ...geometry),
    backward(dy, dx, count, add) {
      if (!add) kernels.zero(dx, count * sizeOf(op.in));
      kernels.windowPoolBackward(dy, dx, count, ...geometry);
    }
  });
}

/** Builds a bilinear resize. */
export function openResize(op: ResizeOp, ground: Ground): Layer {
  const { kernels } = ground;
  const sizes = [...op.in, op.out[0], op.out[1]] as const;
  return openResampling(op, ground, {
    forward: (x, y, count) => kernels.resize(x, y, count, ...sizes),
    backward(dy, dx, count, add) {
      if (!add) kernels.zero(dx, count * sizeOf(op.in));
      kernels.resizeBackward(dy, dx, count, ...sizes);
    }
  });
}
