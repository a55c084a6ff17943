/** @file SIMD engine: fully connected layer with bias and activation. */
import type { DenseOp } from '$lib/ops/op';
import { ACT } from '../kernels';
import { inputOf, packedSize, type Ground, type Layer } from './layer';

/** Builds a dense layer on a 1x1 map. */
export function openDense(op: DenseOp, ground: Ground): Layer {
  const { kernels, arena, parameters, maxBatch, packed } = ground;
  const from = op.in[2];
  const out = op.out[2];
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const bias = parameters.of(op, 'bias');
  const z = arena.alloc(maxBatch * out);
  const output = arena.alloc(maxBatch * out);
  const act = ACT[op.nl];
  packed.need(packedSize(from, out));
  return {
    output,
    forward(count) {
      kernels.packB(weight.value, from, out, 0, packed.pointer);
      kernels.gemm(input, packed.pointer, z, count, from, out, 0);
      kernels.biasAct(z, bias.value, output, count, out, act);
    },
    backward(count, dy, [into]) {
      kernels.biasActBackward(z, dy, bias.gradient, count, out, act);
      kernels.zero(weight.gradient, weight.size);
      kernels.gemmTN(input, dy, weight.gradient, count, from, out);
      if (!into) return;
      kernels.packB(weight.value, out, from, 1, packed.pointer);
      kernels.gemm(dy, packed.pointer, into.pointer, count, out, from, into.add ? 1 : 0);
    }
  };
}
