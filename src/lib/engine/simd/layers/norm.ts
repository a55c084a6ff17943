/** @file SIMD engine: batch norm and activation, computed where they are read; gradients reduced as they arrive. */
import type { Norm } from '$lib/arch/architecture';
import { ACT, LAST_FUSED } from '../kernels';
import type { Finish, Finished } from './finish';
import { chunkOf, layMap, overChunks, sizeOf, type Frame, type Ground, type Output } from './layer';

/** Bytes of a line of pixels that the kernels walk column by column: it must stay in the nearest cache. */
const LINE_BYTES = 8192;

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
  const row = Math.max(8, Math.floor(LINE_BYTES / (channels * 4)));
  const z = arena.alloc(maxBatch * size);
  const at = (from: number): number => z + from * size * 4;
  slots[0].need(size);
  if (fused !== act) slots[3].need(chunk * size);
  let arrived = 0;

  /** Visits the pictures of a frame with the byte offsets of each in z and in the frame. */
  const overFrame = (from: number, count: number, frame: Frame, visit: (z: number, to: number) => void): void => {
    for (let i = 0; i < count; i++) visit(at(from + i), frame.pointer + i * frame.picture * 4);
  };

  const output: Output = {
    shape: op.out,
    read(from, count, slot) {
      const to = slots[slot].pointer;
      kernels.normApply(at(from), to, count * pixels, row, channels, row * channels, scale, offset, fused);
      if (fused !== act) kernels.activateMap(to, to, count * size, act);
      return to;
    },
    lay(from, count, frame) {
      if (fused !== act) layMap(kernels, output.read(from, count, 0), op.out, count, frame);
      else {
        overFrame(from, count, frame, (x, to) =>
          kernels.normApply(x, to, pixels, width, channels, frame.line, scale, offset, act)
        );
      }
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
      kernels.normApply(at(from), normed, rows, row, channels, row * channels, scale, offset, ACT.linear);
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
      const [rows, d] = [count * pixels, dy + from * size * 4];
      kernels.normGradient(at(from), d, to, rows, row, channels, row * channels, scale, slope, base);
      return to;
    },
    layGradient(from, count, dy, frame) {
      overFrame(from, count, frame, (x, to) =>
        kernels.normGradient(x, dy + x - z, to, pixels, width, channels, frame.line, scale, slope, base)
      );
    }
  };
}
