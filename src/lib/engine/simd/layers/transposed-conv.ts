/** @file SIMD engine: transposed convolution with kernel = stride: one matrix product for each tap, laid between the others. */
import type { TransposedConvOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { inputOf, packedSize, type Ground, type Layer } from './layer';

/** Builds a transposed convolution with bias and activation. */
export function openTransposedConv(op: TransposedConvOp, ground: Ground): Layer {
  const { kernels, arena, parameters, maxBatch, packed } = ground;
  const { kernel } = op;
  const [height, width, from] = op.in;
  const out = op.out[2];
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  const tap = arena.alloc(maxBatch * height * width * out);
  packed.need(packedSize(from, out));

  /** Visits the taps with the byte offset of their weights. */
  const overTaps = (visit: (row: number, column: number, offset: number) => void): void => {
    for (let row = 0; row < kernel; row++)
      for (let column = 0; column < kernel; column++) visit(row, column, (row * kernel + column) * from * out * 4);
  };
  /** Calls `move` with the byte offsets of each line of pixels: in the tap's map, and of its first pixel in the output. */
  const overLines = (count: number, [row, column]: readonly [number, number], move: (a: number, b: number) => void) => {
    for (let line = 0; line < count * height; line++) {
      move(tap + line * width * out * 4, ((line * kernel + row) * width * kernel + column) * out * 4);
    }
  };

  return {
    output: finish.output,
    forward(count, training) {
      overTaps((row, column, offset) => {
        kernels.packB(weight.value + offset, from, out, 0, packed.pointer);
        kernels.gemm(input, packed.pointer, tap, count * height * width, from, out, 0);
        overLines(count, [row, column], (line, to) =>
          kernels.strips(line, out, finish.z + to, kernel * out, out, width, 0)
        );
      });
      finish.forward(count, training);
    },
    backward(count, dy, [into]) {
      finish.backward(dy, count);
      kernels.zero(weight.gradient, weight.size);
      overTaps((row, column, offset) => {
        overLines(count, [row, column], (line, at) => kernels.strips(dy + at, kernel * out, line, out, out, width, 0));
        kernels.gemmTN(input, tap, weight.gradient + offset, count * height * width, from, out);
        if (!into) return;
        kernels.packB(weight.value + offset, out, from, 1, packed.pointer);
        const add = into.add || offset > 0 ? 1 : 0;
        kernels.gemm(tap, packed.pointer, into.pointer, count * height * width, out, from, add);
      });
    }
  };
}
