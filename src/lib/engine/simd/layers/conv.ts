/** @file SIMD engine: full convolution as a matrix product of the map's patches, some pictures at a time. */
import type { ConvOp } from '$lib/ops/op';
import { geometryOf, inputOf, sizeOf, type Ground, type Layer } from './layer';
import { chunkOfRows, openPointwise, openRows } from './pointwise';

/** The kernel of patches writes whole vectors: so many floats past the last one. */
const OVERRUN = 4;

/** Builds a convolution with what follows it. */
export function openConv(op: ConvOp, ground: Ground): Layer {
  return op.kernel === 1 && op.stride === 1 ? openPointwise(op, ground) : openPatches(op, ground);
}

function openPatches(op: ConvOp, ground: Ground): Layer {
  const { kernels, maxBatch, packed, slots } = ground;
  const [height, width, out] = op.out;
  const pixels = height * width;
  const depth = op.kernel * op.kernel * op.in[2];
  const input = inputOf(ground, 0);
  const geometry = geometryOf(op);
  slots[2].need(chunkOfRows(op, depth, maxBatch) * pixels * depth + OVERRUN);
  return openRows(op, ground, {
    depth,
    read(from, count) {
      const patches = slots[2].pointer;
      kernels.im2col(input.read(from, count, 0), patches, count, ...geometry);
      return patches;
    },
    handOn(from, count, dz, into) {
      // The patches have served the weight gradient; their block takes the gradient of the patches.
      const patches = slots[2].pointer;
      kernels.gemm(dz, packed.pointer, patches, count * pixels, out, depth, 0);
      const to = into.pointer + from * sizeOf(op.in) * 4;
      if (!into.add) kernels.zero(to, count * sizeOf(op.in));
      kernels.col2im(patches, to, count, ...geometry);
    }
  });
}
