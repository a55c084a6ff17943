/** @file SIMD engine: depthwise convolution with norm and activation. */
import type { DepthwiseOp } from '$lib/ops/op';
import { inputOf, type Ground, type Layer } from './layer';
import { openNorm } from './norm';

/** Builds a depthwise convolution with norm and activation. */
export function openDepthwise(op: DepthwiseOp, ground: Ground): Layer {
  const { kernels, arena, parameters, maxBatch } = ground;
  const [height, width, channels] = op.in;
  const [outHeight, outWidth] = op.out;
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const z = arena.alloc(maxBatch * outHeight * outWidth * channels);
  const norm = openNorm(op, ground);
  const [top, , left] = op.pad;
  const geometry = [height, width, channels, op.kernel, op.stride, top, left, outHeight, outWidth] as const;
  return {
    output: norm.output,
    forward(count, training) {
      kernels.depthwise(input, weight.value, z, count, ...geometry);
      norm.forward(z, count, training);
    },
    backward(count, dy, [into]) {
      norm.backward(z, dy, count);
      kernels.zero(weight.gradient, weight.size);
      kernels.depthwiseWeight(input, dy, weight.gradient, count, ...geometry);
      if (into) kernels.depthwiseInput(dy, weight.value, into.pointer, count, ...geometry, into.add ? 1 : 0);
    }
  };
}
