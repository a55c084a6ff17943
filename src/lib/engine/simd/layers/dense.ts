/** @file SIMD engine: fully connected layer. */
import type { DenseOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { inputOf, packedSize, type Ground, type Layer } from './layer';

/** Builds a dense layer on a 1x1 map. */
export function openDense(op: DenseOp, ground: Ground): Layer {
  const { kernels, parameters, packed } = ground;
  const from = op.in[2];
  const out = op.out[2];
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  packed.need(packedSize(from, out));
  return {
    output: finish.output,
    forward(count, training) {
      kernels.packB(weight.value, from, out, 0, packed.pointer);
      kernels.gemm(input, packed.pointer, finish.z, count, from, out, 0);
      finish.forward(count, training);
    },
    backward(count, dy, [into]) {
      finish.backward(dy, count);
      kernels.zero(weight.gradient, weight.size);
      kernels.gemmTN(input, dy, weight.gradient, count, from, out);
      if (!into) return;
      kernels.packB(weight.value, out, from, 1, packed.pointer);
      kernels.gemm(dy, packed.pointer, into.pointer, count, out, from, into.add ? 1 : 0);
    }
  };
}
