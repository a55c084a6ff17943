/** @file SIMD engine: the layers that join maps without tensors: the scaling of squeeze-and-excite, residual sum, concatenation. */
import type { AddOp, ConcatOp, MultiplyOp } from '$lib/ops/op';
import { chunkOf, inputOf, layMap, mapOutput, overChunks, sizeOf } from './layer';
import type { Ground, Into, Layer, Output } from './layer';

/** Builds the scaling of a map by its gate, or by a map of its shape. */
export function openMultiply(op: MultiplyOp, ground: Ground): Layer {
  return op.gate[0] * op.gate[1] === op.out[0] * op.out[1] ? openProduct(op, ground) : openGate(op, ground);
}

/** One number for each channel of each picture scales the channel, where the map is read. */
function openGate(op: MultiplyOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch, slots } = ground;
  const [height, width, channels] = op.out;
  const pixels = height * width;
  const size = sizeOf(op.out);
  const chunk = Math.min(maxBatch, chunkOf(size));
  const map = inputOf(ground, 0);
  const gate = inputOf(ground, 1);
  const gates = arena.alloc(maxBatch * channels);
  const slopes = arena.alloc(maxBatch * channels);
  slots[0].need(size);
  slots[1].need(maxBatch * channels);
  slots[3].need(chunk * size);
  let arrived = 0;
  const output: Output = {
    shape: op.out,
    read(from, count, slot) {
      const x = map.read(from, count, slot);
      const to = slots[slot].pointer;
      kernels.gate(x, gates + from * channels * 4, to, count, pixels, channels);
      return to;
    },
    lay: (from, count, frame) => layMap(kernels, output.read(from, count, 0), op.out, count, frame)
  };
  const arrive = (from: number, count: number, dy: number, [into]: readonly (Into | null)[]): void => {
    const [d, at] = [dy + from * size * 4, from * channels * 4];
    // Nobody asks for the picture's gradient: it may overwrite dy.
    const to = into ? into.pointer + from * size * 4 : d;
    const x = map.read(from, count, 3);
    kernels.gateBackward(x, gates + at, d, to, slopes + at, count, pixels, channels, into?.add ? 1 : 0, 0);
    arrived = from + count;
    into?.arrive?.(from, count);
  };
  return {
    output,
    arrive,
    forward: (count) => kernels.copy(gates, gate.read(0, count, 1), count * channels),
    backward(count, dy, into) {
      overChunks(count, chunk, (from, part) => arrive(from, part, dy, into), arrived);
      arrived = 0;
      const to = into[1];
      if (to?.add) kernels.sum(to.pointer, slopes, to.pointer, count * channels);
      else if (to) kernels.copy(to.pointer, slopes, count * channels);
    }
  };
}

/** Two maps of one shape: both read some pictures at a time, and the block their joint is written to. */
function openPair(op: MultiplyOp | AddOp, ground: Ground) {
  const { arena, maxBatch, slots } = ground;
  const size = sizeOf(op.out);
  const chunk = Math.min(maxBatch, chunkOf(size));
  const [a, b] = [inputOf(ground, 0), inputOf(ground, 1)];
  const pointer = arena.alloc(maxBatch * size);
  slots[0].need(chunk * size);
  slots[1].need(chunk * size);
  return {
    size,
    chunk,
    pointer,
    output: mapOutput(ground, pointer, op.out),
    read: (from: number, count: number) => [a.read(from, count, 0), b.read(from, count, 1)] as const
  };
}

/** Two maps of one shape. */
function openProduct(op: MultiplyOp, ground: Ground): Layer {
  const { kernels } = ground;
  const { size, chunk, pointer, output, read } = openPair(op, ground);
  return {
    output,
    forward: (count) =>
      overChunks(count, chunk, (from, part) =>
        kernels.product(...read(from, part), pointer + from * size * 4, part * size)
      ),
    backward: (count, dy, [da, db]) =>
      overChunks(count, chunk, (from, part) => {
        const at = from * size * 4;
        const to = (into: Into | null | undefined, instead: number): number => (into ? into.pointer + at : instead);
        const adds = [da?.add ? 1 : 0, db?.add ? 1 : 0] as const;
        kernels.productBackward(...read(from, part), dy + at, to(da, dy + at), to(db, 0), part * size, ...adds);
      })
  };
}

/** Builds a residual sum. */
export function openAdd(op: AddOp, ground: Ground): Layer {
  const { kernels } = ground;
  const { size, chunk, pointer, output, read } = openPair(op, ground);
  let arrived = 0;
  return {
    output,
    forward: (count) =>
      overChunks(count, chunk, (from, part) =>
        kernels.sum(...read(from, part), pointer + from * size * 4, part * size)
      ),
    arrive(from, count, dy, [into]) {
      // The first input's gradient is dy itself, which the others read later; their blocks may still be in use.
      if (into?.pointer !== dy || !into.intact) return;
      into.arrive?.(from, count);
      arrived = from + count;
    },
    backward(count, dy, targets) {
      const first = arrived;
      arrived = 0;
      const inPlace = targets.filter((into) => into?.pointer === dy && !into.add);
      const others = targets.filter((into) => into !== null && !inPlace.includes(into));
      overChunks(count, chunk, (from, part) => {
        const at = from * size * 4;
        for (const into of others) {
          if (!into) continue;
          if (into.add) kernels.sum(into.pointer + at, dy + at, into.pointer + at, part * size);
          else kernels.copy(into.pointer + at, dy + at, part * size);
          into.arrive?.(from, part);
        }
        if (from >= first) for (const into of inPlace) into?.arrive?.(from, part);
      });
    }
  };
}

/** Builds a concatenation: strips of numbers laid side by side, once for each picture (rows) or pixel (channels). */
export function openConcat(op: ConcatOp, ground: Ground): Layer {
  const { kernels, arena, maxBatch, slots, inputs } = ground;
  const [height, width, channels] = op.out;
  const pixels = op.axis === 'channels' ? height * width : 1;
  const stride = (height * width * channels) / pixels;
  const chunk = Math.min(maxBatch, chunkOf(sizeOf(op.out)));
  const output = arena.alloc(maxBatch * pixels * stride);
  slots[0].need(chunk * sizeOf(op.out));
  let at = 0;
  const parts = inputs.map((input) => {
    const size = sizeOf(input.shape) / pixels;
    const part = { input, size, offset: at * 4 };
    at += size;
    return part;
  });
  return {
    output: mapOutput(ground, output, op.out),
    forward: (count) =>
      overChunks(count, chunk, (from, part) => {
        const to = output + from * pixels * stride * 4;
        for (const { input, size, offset } of parts) {
          kernels.strips(input.read(from, part, 0), size, to + offset, stride, size, part * pixels, 0);
        }
      }),
    backward(count, dy, targets) {
      for (const [index, { size, offset }] of parts.entries()) {
        const into = targets[index];
        if (into) kernels.strips(dy + offset, stride, into.pointer, size, size, count * pixels, into.add ? 1 : 0);
      }
    }
  };
}
