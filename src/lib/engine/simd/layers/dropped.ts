/** @file SIMD engine: a dense layer that sees a part of its input only, while it trains. */
import type { DenseOp } from '$lib/ops/op';
import { openDense } from './dense';
import { inputOf, type Ground, type Layer } from './layer';

/** Builds a dense layer whose input is multiplied by the mask [count, in] at `mask` in training. */
export function openDropped(op: DenseOp, ground: Ground, mask: number): Layer {
  const { kernels, arena, maxBatch } = ground;
  const size = op.in[2];
  const input = inputOf(ground, 0);
  const thinned = arena.alloc(maxBatch * size);
  const dense = openDense(op, { ...ground, inputs: [thinned] });
  return {
    output: dense.output,
    forward(count, training) {
      if (training) kernels.product(input, mask, thinned, count * size);
      else kernels.copy(thinned, input, count * size);
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
