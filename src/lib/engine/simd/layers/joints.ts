/** @file SIMD engine: the layers without tensors: pool, the scaling of squeeze-and-excite, residual sum. */
import type { AddOp, MultiplyOp, PoolOp } from '$lib/ops/op';
import { inputOf, type Ground, type Layer } from './layer';

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

/** Builds the scaling of a map by its gate. */
export function openMultiply(op: MultiplyOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch } = ground;
  const [height, width, channels] = op.out;
  const pixels = height * width;
  const map = inputOf(ground, 0);
  const gate = inputOf(ground, 1);
  const output = arena.alloc(maxBatch * pixels * channels);
  return {
    output,
    forward: (count) => kernels.gate(map, gate, output, count, pixels, channels),
    backward(count, dy, [into, intoGate]) {
      if (!into || !intoGate) throw new Error(`multiply ${op.id}: inputs must be ops, got the picture`);
      const [add, addGate] = [into.add ? 1 : 0, intoGate.add ? 1 : 0];
      kernels.gateBackward(map, gate, dy, into.pointer, intoGate.pointer, count, pixels, channels, add, addGate);
    }
  };
}

/** Builds a residual sum. */
export function openAdd(op: AddOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch } = ground;
  const size = op.out[0] * op.out[1] * op.out[2];
  const a = inputOf(ground, 0);
  const b = inputOf(ground, 1);
  const output = arena.alloc(maxBatch * size);
  return {
    output,
    forward: (count) => kernels.sum(a, b, output, count * size),
    backward(count, dy, targets) {
      for (const into of targets) {
        if (!into) continue;
        if (into.add) kernels.sum(into.pointer, dy, into.pointer, count * size);
        else if (into.pointer !== dy) kernels.copy(into.pointer, dy, count * size);
      }
    }
  };
}
