/** @file SIMD engine: depthwise convolution; several filters for a channel read that many copies of it. */
import type { DepthwiseOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { geometryOf, inputOf, type Ground, type Layer } from './layer';

/** Builds a depthwise convolution with what follows it. */
export function openDepthwise(op: DepthwiseOp, ground: Ground): Layer {
  const { kernels, arena, parameters, maxBatch } = ground;
  const { multiplier } = op;
  const [height, width, channels] = op.in;
  const size = height * width * channels;
  const input = inputOf(ground, 0);
  const copies = multiplier === 1 ? input : arena.alloc(maxBatch * size * multiplier);
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  const geometry = geometryOf(op, op.out[2]);
  const [h, w, c, k, s, top, left, outHeight, outWidth, dilation] = geometry;

  const inputGradient = (dy: number, to: number, count: number, add: number): void => {
    if (dilation === 1) {
      kernels.depthwiseInput(dy, weight.value, to, count, h, w, c, k, s, top, left, outHeight, outWidth, add);
    } else kernels.depthwiseInputDilated(dy, weight.value, to, count, ...geometry, add);
  };

  return {
    output: finish.output,
    forward(count, training) {
      if (multiplier > 1) kernels.repeat(input, copies, count * size, multiplier);
      kernels.depthwise(copies, weight.value, finish.z, count, ...geometry);
      finish.forward(count, training);
    },
    backward(count, dy, [into]) {
      finish.backward(dy, count);
      kernels.zero(weight.gradient, weight.size);
      kernels.depthwiseWeight(copies, dy, weight.gradient, count, ...geometry);
      if (!into) return;
      if (multiplier === 1) {
        inputGradient(dy, into.pointer, count, into.add ? 1 : 0);
        return;
      }
      // The copies have served the weight gradient; their block takes the gradient of the copies.
      inputGradient(dy, copies, count, 0);
      kernels.repeatBackward(copies, into.pointer, count * size, multiplier, into.add ? 1 : 0);
    }
  };
}
