/** @file SIMD engine: depthwise convolution; several filters for a channel read that many copies of it. */
import type { Shape } from '$lib/arch/architecture';
import type { DepthwiseOp } from '$lib/ops/op';
import { openFinish } from './finish';
import { chunkOf, inputOf, layMap, overChunks, sizeOf, type Frame, type Ground, type Into, type Layer } from './layer';
import { openFrame, walkForward, walksBack, type Axis, type Walk } from './windows';

/** Both axes of an op's windows. */
function axesOf(op: DepthwiseOp): readonly [Axis, Axis] {
  const { kernel, stride, dilation, pad, out } = op;
  const axis = (size: number, length: number, before: number): Axis => {
    return { size, out: length, kernel, stride, dilation, before };
  };
  return [axis(op.in[0], out[0], pad[0]), axis(op.in[1], out[1], pad[2])];
}

/** Maps side by side: byte offset and size of each. */
interface Target {
  readonly pointer: number;
  readonly height: number;
  readonly width: number;
}

/** Builds a depthwise convolution with what follows it. */
export function openDepthwise(op: DepthwiseOp, ground: Ground): Layer {
  const { kernels, arena, parameters, maxBatch, slots } = ground;
  const { multiplier, kernel } = op;
  const [outHeight, outWidth, channels] = op.out;
  const wide: Shape = [op.in[0], op.in[1], channels];
  const input = inputOf(ground, 0);
  const weight = parameters.of(op, 'weight');
  const finish = openFinish(op, ground);
  const [rows, columns] = axesOf(op);
  const [down, along] = [walkForward(rows), walkForward(columns)];
  const [back, backAlong] = [walksBack(rows), walksBack(columns)];
  const chunk = Math.min(maxBatch, chunkOf(Math.max(sizeOf(wide), sizeOf(op.out))));
  const read = openFrame(arena, wide, chunk, [[down], [along]]);
  slots[0].need(chunk * sizeOf(op.in));
  slots[1].need(chunk * sizeOf(op.out));
  slots[2].need(multiplier > 1 ? chunk * sizeOf(wide) : 0);
  let gradient: Frame | null = null;

  const layInput = (from: number, count: number): void => {
    if (multiplier === 1) {
      input.lay(from, count, read);
      return;
    }
    kernels.repeat(input.read(from, count, 0), slots[2].pointer, count * sizeOf(op.in), multiplier);
    layMap(kernels, slots[2].pointer, wide, count, read);
  };

  /** Sums the taps of some pictures along two walks. */
  const walk = (from: Frame, count: number, to: Target, [v, h]: readonly [Walk, Walk], add: 0 | 1): void => {
    const line = to.width * channels;
    kernels.windows(
      from.pointer + (v.start * from.line + h.start * channels) * 4,
      weight.value + (v.tap * kernel + h.tap) * channels * 4,
      to.pointer + (v.first * line + h.first * channels) * 4,
      count,
      v.count,
      h.count,
      channels,
      from.picture,
      v.move * from.line,
      h.move * channels,
      to.height * line,
      v.step * line,
      h.step * channels,
      v.taps,
      h.taps,
      v.tapMove * from.line,
      h.tapMove * channels,
      v.tapStep * kernel * channels,
      h.tapStep * channels,
      add
    );
  };

  const inputGradient = (from: Frame, count: number, pointer: number, add: 0 | 1): void => {
    const to = { pointer, height: wide[0], width: wide[1] };
    for (const v of back) for (const h of backAlong) walk(from, count, to, [v, h], add);
  };

  const weightGradient = (from: Frame, count: number): void => {
    const at = read.pointer + (down.start * read.line + along.start * channels) * 4;
    const outputs = [read.picture, down.move * read.line, along.move * channels, from.picture, from.line] as const;
    const taps = [kernel, down.tapMove * read.line, along.tapMove * channels] as const;
    const size = [count, outHeight, outWidth, channels] as const;
    kernels.windowWeights(at, from.pointer, weight.gradient, ...size, ...outputs, ...taps);
  };

  const handOn = (from: number, count: number, dz: Frame, into: Into): void => {
    const add = into.add ? 1 : 0;
    const at = into.pointer + from * sizeOf(op.in) * 4;
    if (multiplier === 1) inputGradient(dz, count, at, add);
    else {
      // The copies have served the weight gradient; their block takes the gradient of the copies.
      inputGradient(dz, count, slots[2].pointer, 0);
      kernels.repeatBackward(slots[2].pointer, at, count * sizeOf(op.in), multiplier, add);
    }
    into.arrive?.(from, count);
  };

  return {
    output: finish.output,
    arrive: finish.arrive,
    intact: finish.intact,
    forward(count, training) {
      finish.begin(training);
      overChunks(count, chunk, (from, part) => {
        layInput(from, part);
        const to = { pointer: finish.z + from * sizeOf(op.out) * 4, height: outHeight, width: outWidth };
        walk(read, part, to, [down, along], 0);
        finish.collect(from, part, training);
      });
      finish.end(count, training);
    },
    backward(count, dy, [into]) {
      gradient ??= openFrame(arena, op.out, chunk, [back, backAlong]);
      const dz = gradient;
      finish.settle(count, dy);
      kernels.zero(weight.gradient, weight.size);
      overChunks(count, chunk, (from, part) => {
        finish.layGradient(from, part, dy, dz);
        layInput(from, part);
        weightGradient(dz, part);
        if (into) handOn(from, part, dz, into);
      });
    }
  };
}
