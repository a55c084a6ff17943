/** @file SIMD engine: full convolution as a matrix product; 1x1 reads the map itself, larger kernels read its patches. */
import type { ConvOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { geometryOf, inputOf, packedSize, type Ground, type Layer } from './layer';

/** Builds a convolution with what follows it. */
export function openConv(op: ConvOp, ground: Ground): Layer {
  const { kernels, arena, parameters, maxBatch, packed } = ground;
  const [height, width, channels] = op.in;
  const [outHeight, outWidth, out] = op.out;
  const pixels = outHeight * outWidth;
  const direct = op.kernel === 1 && op.stride === 1;
  const depth = op.kernel * op.kernel * channels;
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const patches = direct ? input : arena.alloc(maxBatch * pixels * depth);
  const finish = openFinish(op, ground);
  packed.need(packedSize(depth, out));
  const geometry = geometryOf(op, channels);
  return {
    output: finish.output,
    forward(count, training) {
      if (!direct) kernels.im2col(input, patches, count, ...geometry);
      kernels.packB(weight.value, depth, out, 0, packed.pointer);
      kernels.gemm(patches, packed.pointer, finish.z, count * pixels, depth, out, 0);
      finish.forward(count, training);
    },
    backward(count, dy, [into]) {
      finish.backward(dy, count);
      kernels.zero(weight.gradient, weight.size);
      kernels.gemmTN(patches, dy, weight.gradient, count * pixels, depth, out);
      if (!into) return;
      kernels.packB(weight.value, out, depth, 1, packed.pointer);
      if (direct) {
        kernels.gemm(dy, packed.pointer, into.pointer, count * pixels, out, depth, into.add ? 1 : 0);
        return;
      }
      // The patches have served the weight gradient; their block takes the gradient of the patches.
      kernels.gemm(dy, packed.pointer, patches, count * pixels, out, depth, 0);
      if (!into.add) kernels.zero(into.pointer, count * height * width * channels);
      kernels.col2im(patches, into.pointer, count, ...geometry);
    }
  };
}
