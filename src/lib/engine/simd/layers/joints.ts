/** @file SIMD engine: the layers that join maps without tensors: the scaling of squeeze-and-excite, residual sum, concatenation. */
import type { Shape } from '$lib/arch/architecture';
import type { AddOp, ConcatOp, MultiplyOp } from '$lib/ops/op';
import { inputOf, type Ground, type Into, type Layer } from './layer';

/** Builds the scaling of a map by its gate, or by a map of its shape. */
export function openMultiply(op: MultiplyOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch } = ground;
  const [height, width, channels] = op.out;
  const pixels = height * width;
  const size = pixels * channels;
  const map = inputOf(ground, 0);
  const gate = inputOf(ground, 1);
  const output = arena.alloc(maxBatch * size);
  const whole = op.gate[0] * op.gate[1] === pixels;
  const addOf = (into: Into | null | undefined): number => (into?.add ? 1 : 0);
  return {
    output,
    forward(count) {
      if (whole) kernels.product(map, gate, output, count * size);
      else kernels.gate(map, gate, output, count, pixels, channels);
    },
    backward(count, dy, [into, intoGate]) {
      const [add, addGate] = [addOf(into), addOf(intoGate)];
      // Nobody asks for the picture's gradient: it may overwrite dy, or be left out.
      const [a, b] = [into?.pointer ?? dy, intoGate?.pointer ?? 0];
      if (whole) kernels.productBackward(map, gate, dy, a, b, count * size, add, addGate);
      else kernels.gateBackward(map, gate, dy, a, b, count, pixels, channels, add, addGate);
    }
  };
}

/** Builds a residual sum. */
export function openAdd(op: AddOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch } = ground;
  const size = op.out[0] * op.out[1] * op.out[2];
  const a = inputOf(ground, 0);
  const b = inputOf(ground, 1);
  const output = arena.alloc(maxBatch * size);
  return {
    output,
    forward: (count) => kernels.sum(a, b, output, count * size),
    backward(count, dy, targets) {
      for (const into of targets) {
        if (!into) continue;
        if (into.add) kernels.sum(into.pointer, dy, into.pointer, count * size);
        else if (into.pointer !== dy) kernels.copy(into.pointer, dy, count * size);
      }
    }
  };
}

/** Builds a concatenation: strips of numbers laid side by side, once for each picture (rows) or pixel (channels). */
export function openConcat(op: ConcatOp, ground: Ground, shapes: readonly Shape[]): Layer {
  const { kernels, arena, maxBatch } = ground;
  const [height, width, channels] = op.out;
  const pixels = op.axis === 'channels' ? height * width : 1;
  const stride = (height * width * channels) / pixels;
  const output = arena.alloc(maxBatch * pixels * stride);
  let at = 0;
  const parts = shapes.map((shape, index) => {
    const size = (shape[0] * shape[1] * shape[2]) / pixels;
    const part = { input: inputOf(ground, index), size, offset: at * 4 };
    at += size;
    return part;
  });
  return {
    output,
    forward(count) {
      for (const { input, size, offset } of parts) {
        kernels.strips(input, size, output + offset, stride, size, count * pixels, 0);
      }
    },
    backward(count, dy, targets) {
      for (const [index, { size, offset }] of parts.entries()) {
        const into = targets[index];
        if (into) kernels.strips(dy + offset, stride, into.pointer, size, size, count * pixels, into.add ? 1 : 0);
      }
    }
  };
}
