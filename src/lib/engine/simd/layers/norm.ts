/** @file SIMD engine: batch norm and activation, computed where they are read; gradients reduced as they arrive. */
import type { Norm } from '$lib/arch/architecture';
import { ACT, LAST_FUSED } from '../kernels';
import type { Finish, Finished } from './ending';
import { chunkOf, layMap, overChunks, sizeOf, type Frame, type Ground, type Output } from './layer';

/** Batch norm (Ioffe and Szegedy 2015); the running variance is biased, as in TensorFlow.js. Only z itself is kept. */
export function openNorm(op: Finished, { epsilon, momentum }: Norm, ground: Ground): Finish {
  const { kernels, arena, parameters, maxBatch, slots } = ground;
  const [height, width, channels] = op.out;
  const pixels = height * width;
  const size = sizeOf(op.out);
  const gamma = parameters.of(op, 'gamma');
  const beta = parameters.of(op, 'beta');
  const runMean = parameters.of(op, 'mean').value;
  const runVar = parameters.of(op, 'variance').value;
  const vector = (): number => arena.alloc(channels);
  const [mean, rstd, scale, offset, slope, base] = [vector(), vector(), vector(), vector(), vector(), vector()];
  const act = ACT[op.nl];
  const fused = act <= LAST_FUSED ? act : ACT.linear;
  const chunk = Math.min(maxBatch, chunkOf(size));
  const z = arena.alloc(maxBatch * size);
  const at = (from: number): number => z + from * size * 4;
  slots[0].need(size);
  if (fused !== act) slots[3].need(chunk * size);
  let arrived = 0;

  /** The pixels of some pictures side by side, and as they lie in a frame. */
  const whole = (count: number) => [count * pixels, count * pixels, 0, channels, 0, 0] as const;
  const framed = (count: number, { line, picture }: Frame) =>
    [count * pixels, width, height, channels, line, picture - height * line] as const;

  const output: Output = {
    shape: op.out,
    read(from, count, slot) {
      const to = slots[slot].pointer;
      kernels.normApply(at(from), to, ...whole(count), scale, offset, fused);
      if (fused !== act) kernels.activateMap(to, to, count * size, act);
      return to;
    },
    lay(from, count, frame) {
      if (fused !== act) layMap(kernels, output.read(from, count, 0), op.out, count, frame);
      else kernels.normApply(at(from), frame.pointer, ...framed(count, frame), scale, offset, act);
    }
  };

  const arrive = (from: number, count: number, dy: number): void => {
    if (from === 0) {
      kernels.zero(gamma.gradient, channels);
      kernels.zero(beta.gradient, channels);
    }
    const d = dy + from * size * 4;
    const rows = count * pixels;
    if (fused !== act) {
      const normed = slots[3].pointer;
      kernels.normApply(at(from), normed, ...whole(count), scale, offset, ACT.linear);
      kernels.deactivateMap(normed, d, count * size, act);
    }
    const sums = [gamma.gradient, beta.gradient] as const;
    kernels.normReduce(at(from), d, rows, channels, mean, scale, offset, ...sums, fused);
    arrived = from + count;
  };

  return {
    z,
    output,
    begin(training) {
      if (!training) return;
      kernels.zero(mean, channels);
      kernels.zero(rstd, channels);
    },
    collect(from, count, training) {
      if (training) kernels.normSums(at(from), count * pixels, channels, z, mean, rstd);
    },
    end(count, training) {
      const line = [gamma.value, beta.value, scale, offset, epsilon] as const;
      if (!training) kernels.normLine(channels, runMean, runVar, ...line);
      else kernels.normClose(count * pixels, channels, z, mean, rstd, runMean, runVar, ...line, momentum);
    },
    arrive,
    intact: act === ACT.linear,
    settle(count, dy) {
      overChunks(count, chunk, (from, part) => arrive(from, part, dy), arrived);
      arrived = 0;
      const gradients = [gamma.gradient, beta.gradient] as const;
      kernels.normSettle(count * pixels, channels, mean, rstd, scale, ...gradients, slope, base);
    },
    gradient(from, count, dy) {
      const to = slots[1].pointer;
      kernels.normGradient(at(from), dy + from * size * 4, to, ...whole(count), scale, slope, base);
      return to;
    },
    layGradient(from, count, dy, frame) {
      const d = dy + from * size * 4;
      kernels.normGradient(at(from), d, frame.pointer, ...framed(count, frame), scale, slope, base);
    }
  };
}
