/** @file SIMD engine: transposed convolution with kernel = stride: one matrix product for each tap, laid between the others. */
import type { TransposedConvOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { chunkOf, inputOf, overChunks, packedSize, sizeOf, type Ground, type Layer } from './layer';

/** Builds a transposed convolution with bias and activation. */
export function openTransposedConv(op: TransposedConvOp, ground: Ground): Layer {
  const { kernels, parameters, maxBatch, packed, slots } = ground;
  const { kernel } = op;
  const [height, width, depth] = op.in;
  const out = op.out[2];
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  const chunk = Math.min(maxBatch, chunkOf(Math.max(sizeOf(op.in), sizeOf(op.out))));
  packed.need(packedSize(depth, out));
  slots[0].need(chunk * sizeOf(op.in));
  slots[1].need(chunk * sizeOf(op.out));
  slots[2].need(chunk * height * width * out);

  /** Visits the taps with the byte offset of their weights. */
  const overTaps = (visit: (row: number, column: number, offset: number) => void): void => {
    for (let row = 0; row < kernel; row++)
      for (let column = 0; column < kernel; column++) visit(row, column, (row * kernel + column) * depth * out * 4);
  };
  /** Calls `move` with the byte offsets of each line of pixels: in the tap's map, and of its first pixel in the output. */
  const overLines = (count: number, [row, column]: readonly [number, number], move: (a: number, b: number) => void) => {
    for (let line = 0; line < count * height; line++) {
      const at = slots[2].pointer + line * width * out * 4;
      move(at, ((line * kernel + row) * width * kernel + column) * out * 4);
    }
  };

  return {
    output: finish.output,
    arrive: finish.arrive,
    forward(count, training) {
      finish.begin(training);
      overTaps((row, column, offset) => {
        kernels.packB(weight.value + offset, depth, out, 0, packed.pointer);
        overChunks(count, chunk, (from, part) => {
          const z = finish.z + from * sizeOf(op.out) * 4;
          kernels.gemm(
            input.read(from, part, 0),
            packed.pointer,
            slots[2].pointer,
            part * height * width,
            depth,
            out,
            0
          );
          overLines(part, [row, column], (line, to) => kernels.strips(line, out, z + to, kernel * out, out, width, 0));
        });
      });
      overChunks(count, chunk, (from, part) => finish.collect(from, part, training));
      finish.end(count, training);
    },
    backward(count, dy, [into]) {
      finish.settle(count, dy);
      kernels.zero(weight.gradient, weight.size);
      overTaps((row, column, offset) => {
        if (into) kernels.packB(weight.value + offset, out, depth, 1, packed.pointer);
        overChunks(count, chunk, (from, part) => {
          const dz = finish.gradient(from, part, dy);
          const tap = slots[2].pointer;
          overLines(part, [row, column], (line, at) => kernels.strips(dz + at, kernel * out, line, out, out, width, 0));
          const x = input.read(from, part, 0);
          kernels.gemmTN(x, tap, weight.gradient + offset, part * height * width, depth, out);
          if (!into) return;
          const to = into.pointer + from * sizeOf(op.in) * 4;
          const add = into.add || offset > 0 ? 1 : 0;
          kernels.gemm(tap, packed.pointer, to, part * height * width, out, depth, add);
        });
      });
    }
  };
}
