/** @file SIMD engine: the product of every pixel with a matrix: 1x1 convolution and the fully connected layer. */
import type { ConvOp, DenseOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { chunkOf, inputOf, overChunks, packedSize, sizeOf, type Ground, type Layer } from './layer';

/** Builds a 1x1 convolution of stride 1, or a dense layer, with what follows it. */
export function openPointwise(op: ConvOp | DenseOp, ground: Ground): Layer {
  const { kernels, parameters, maxBatch, packed, slots } = ground;
  const depth = op.in[2];
  const [height, width, out] = op.out;
  const pixels = height * width;
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  const chunk = Math.min(maxBatch, chunkOf(Math.max(sizeOf(op.in), sizeOf(op.out))));
  packed.need(packedSize(depth, out));
  slots[0].need(chunk * sizeOf(op.in));
  slots[1].need(chunk * sizeOf(op.out));
  return {
    output: finish.output,
    arrive: finish.arrive,
    intact: finish.intact,
    forward(count, training) {
      finish.begin(training);
      kernels.packB(weight.value, depth, out, 0, packed.pointer);
      overChunks(count, chunk, (from, part) => {
        const x = input.read(from, part, 0);
        kernels.gemm(x, packed.pointer, finish.z + from * sizeOf(op.out) * 4, part * pixels, depth, out, 0);
        finish.collect(from, part, training);
      });
      finish.end(count, training);
    },
    backward(count, dy, [into]) {
      finish.settle(count, dy);
      kernels.zero(weight.gradient, weight.size);
      if (into) kernels.packB(weight.value, out, depth, 1, packed.pointer);
      overChunks(count, chunk, (from, part) => {
        const dz = finish.gradient(from, part, dy);
        kernels.gemmTN(input.read(from, part, 0), dz, weight.gradient, part * pixels, depth, out);
        if (!into) return;
        const to = into.pointer + from * sizeOf(op.in) * 4;
        kernels.gemm(dz, packed.pointer, to, part * pixels, out, depth, into.add ? 1 : 0);
        into.arrive?.(from, part);
      });
    }
  };
}
