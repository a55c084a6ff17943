/** @file SIMD engine: products with a matrix: of every pixel in 1x1 convolution and the fully connected layer, or of other rows. */
import type { ConvOp, DenseOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { chunkOf, inputOf, overChunks, packedSize, sizeOf, type Ground, type Into, type Layer } from './layer';

/** What is multiplied by the weights, a row for each pixel of the output. */
export interface Rows {
  /** Numbers of a row. */
  readonly depth: number;
  /** Byte offset of the rows of some pictures. */
  readonly read: (from: number, count: number) => number;
  /** From the gradient dz of the products, the transposed weights being packed: the gradient of what the rows were made of. */
  readonly handOn: (from: number, count: number, dz: number, into: Into) => void;
}

/** Pictures whose rows, input and output are handled at once. */
export const chunkOfRows = (op: ConvOp | DenseOp, depth: number, maxBatch: number): number =>
  Math.min(maxBatch, chunkOf(Math.max(sizeOf(op.in), op.out[0] * op.out[1] * depth, sizeOf(op.out))));

/** Builds the product of rows with an op's weights, with what follows it. */
export function openRows(op: ConvOp | DenseOp, ground: Ground, { depth, read, handOn }: Rows): Layer {
  const { kernels, parameters, maxBatch, packed, slots } = ground;
  const [height, width, out] = op.out;
  const pixels = height * width;
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  const chunk = chunkOfRows(op, depth, maxBatch);
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
        const z = finish.z + from * sizeOf(op.out) * 4;
        kernels.gemm(read(from, part), packed.pointer, z, part * pixels, depth, out, 0);
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
        kernels.gemmTN(read(from, part), dz, weight.gradient, part * pixels, depth, out);
        if (!into) return;
        handOn(from, part, dz, into);
        into.arrive?.(from, part);
      });
    }
  };
}

/** Builds a 1x1 convolution of stride 1, or a dense layer, with what follows it. */
export function openPointwise(op: ConvOp | DenseOp, ground: Ground): Layer {
  const { kernels, packed } = ground;
  const [height, width, out] = op.out;
  const depth = op.in[2];
  const input = inputOf(ground, 0);
  return openRows(op, ground, {
    depth,
    read: (from, count) => input.read(from, count, 0),
    handOn(from, count, dz, into) {
      const to = into.pointer + from * sizeOf(op.in) * 4;
      kernels.gemm(dz, packed.pointer, to, count * height * width, out, depth, into.add ? 1 : 0);
    }
  });
}
