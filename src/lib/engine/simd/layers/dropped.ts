/** @file SIMD engine: a dense layer that sees a part of its input only, while it trains. */
import type { DenseOp } from '$lib/ops/op';
import { inputOf, mapOutput, type Ground, type Layer } from './layer';
import { openPointwise } from './pointwise';

/** Builds a dense layer whose input is multiplied by the mask [count, in] at `mask` in training. */
export function openDropped(op: DenseOp, ground: Ground, mask: number): Layer {
  const { kernels, arena, maxBatch, slots } = ground;
  const size = op.in[2];
  const input = inputOf(ground, 0);
  const thinned = arena.alloc(maxBatch * size);
  const dense = openPointwise(op, { ...ground, inputs: [mapOutput(ground, thinned, op.in)] });
  slots[0].need(maxBatch * size);
  return {
    output: dense.output,
    forward(count, training) {
      const read = input.read(0, count, 0);
      if (training) kernels.product(read, mask, thinned, count * size);
      else kernels.copy(thinned, read, count * size);
      dense.forward(count, training);
    },
    backward(count, dy, [into]) {
      // The thinned input has served the weight gradient; its block takes the gradient of itself.
      dense.backward(count, dy, [into ? { pointer: thinned, add: false } : null]);
      if (!into) return;
      kernels.product(thinned, mask, into.add ? thinned : into.pointer, count * size);
      if (into.add) kernels.sum(into.pointer, thinned, into.pointer, count * size);
    }
  };
}
