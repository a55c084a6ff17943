/** @file SIMD engine: full convolution as a matrix product of the map's patches, some pictures at a time. */
import type { ConvOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { chunkOf, geometryOf, inputOf, overChunks, packedSize, sizeOf, type Ground, type Layer } from './layer';
import { openPointwise } from './pointwise';

/** Builds a convolution with what follows it. */
export function openConv(op: ConvOp, ground: Ground): Layer {
  return op.kernel === 1 && op.stride === 1 ? openPointwise(op, ground) : openPatches(op, ground);
}

function openPatches(op: ConvOp, ground: Ground): Layer {
  const { kernels, parameters, maxBatch, packed, slots } = ground;
  const [height, width, out] = op.out;
  const pixels = height * width;
  const depth = op.kernel * op.kernel * op.in[2];
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  const geometry = geometryOf(op);
  const chunk = Math.min(maxBatch, chunkOf(Math.max(sizeOf(op.in), pixels * depth, sizeOf(op.out))));
  packed.need(packedSize(depth, out));
  slots[0].need(chunk * sizeOf(op.in));
  slots[1].need(chunk * sizeOf(op.out));
  slots[2].need(chunk * pixels * depth + 4);
  return {
    output: finish.output,
    arrive: finish.arrive,
    intact: finish.intact,
    forward(count, training) {
      finish.begin(training);
      kernels.packB(weight.value, depth, out, 0, packed.pointer);
      overChunks(count, chunk, (from, part) => {
        const patches = slots[2].pointer;
        kernels.im2col(input.read(from, part, 0), patches, part, ...geometry);
        kernels.gemm(patches, packed.pointer, finish.z + from * sizeOf(op.out) * 4, part * pixels, depth, out, 0);
        finish.collect(from, part, training);
      });
      finish.end(count, training);
    },
    backward(count, dy, [into]) {
      finish.settle(count, dy);
      kernels.zero(weight.gradient, weight.size);
      if (into) kernels.packB(weight.value, out, depth, 1, packed.pointer);
      overChunks(count, chunk, (from, part) => {
        const patches = slots[2].pointer;
        const dz = finish.gradient(from, part, dy);
        kernels.im2col(input.read(from, part, 0), patches, part, ...geometry);
        kernels.gemmTN(patches, dz, weight.gradient, part * pixels, depth, out);
        if (!into) return;
        // The patches have served the weight gradient; their block takes the gradient of the patches.
        kernels.gemm(dz, packed.pointer, patches, part * pixels, out, depth, 0);
        const to = into.pointer + from * sizeOf(op.in) * 4;
        if (!into.add) kernels.zero(to, part * sizeOf(op.in));
        kernels.col2im(patches, to, part, ...geometry);
        into.arrive?.(from, part);
      });
    }
  };
}
