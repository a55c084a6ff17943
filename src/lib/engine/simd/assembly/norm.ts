/** @file Assembly: batch norm: sums over the batch, a scale and an offset for each channel, applied with the activation. */
import { activate } from './activation';
import { fma, gather, none, put } from './vector';

/** Bytes of a map handled together, all channels of a few rows, so that a block stays in the nearest cache. */
const BLOCK: usize = 8192;

@inline
export function blockOf(rowBytes: usize): usize {
  return max<usize>(8, BLOCK / rowBytes) * rowBytes;
}

/** sum[C] += x[M,C] - shift, square[C] += (x - shift)^2: sums around any row of the map lose no digits to a large mean. */
export function normSums(x: usize, M: i32, C: i32, shift: usize, sum: usize, square: usize): void {
  const cb = <usize>C << 2;
  const end = x + <usize>M * cb;
  const block = blockOf(cb);
  for (let r = x; r < end; r += block) {
    const re = min(r + block, end);
    for (let c: usize = 0; c < cb; c += 16) {
      const s = v128.load(shift + c);
      let p = none(), q = none(), p2 = none(), q2 = none();
      let a = r + c;
      for (; a + cb < re + c; a += 2 * cb) {
        const v = f32x4.sub(v128.load(a), s), w = f32x4.sub(v128.load(a + cb), s);
        p = f32x4.add(p, v);
        p2 = f32x4.add(p2, w);
        q = fma(v, v, q);
        q2 = fma(w, w, q2);
      }
      if (a < re + c) {
        const v = f32x4.sub(v128.load(a), s);
        p = f32x4.add(p, v);
        q = fma(v, v, q);
      }
      gather(sum + c, f32x4.add(p, p2));
      gather(square + c, f32x4.add(q, q2));
    }
  }
}

@inline
function line(c: usize, mu: f32, rs: f32, gamma: usize, beta: usize, scale: usize, offset: usize): void {
  const s = f32.load(gamma + c) * rs;
  f32.store(scale + c, s);
  f32.store(offset + c, f32.load(beta + c) - mu * s);
}

/**
 * From the sums of M rows: mean and rstd = 1/sqrt(variance + eps), in place of the sums; the running statistics moved
 * towards mean and biased variance; and the norm as a line, x * scale + offset.
 */
export function normClose(
  M: i32, C: i32, shift: usize, mean: usize, rstd: usize, runMean: usize, runVar: usize, gamma: usize, beta: usize,
  scale: usize, offset: usize, eps: f32, momentum: f32
): void {
  const inverse: f32 = 1.0 / <f32>M;
  for (let c: usize = 0; c < <usize>C << 2; c += 4) {
    const d = f32.load(mean + c) * inverse;
    const v = f32.load(rstd + c) * inverse - d * d;
    const variance: f32 = v < 0 ? 0 : v; // a NaN stays a NaN
    const mu = f32.load(shift + c) + d;
    const rs: f32 = <f32>1 / sqrt<f32>(variance + eps);
    f32.store(mean + c, mu);
    f32.store(rstd + c, rs);
    f32.store(runMean + c, f32.load(runMean + c) * momentum + mu * (1 - momentum));
    f32.store(runVar + c, f32.load(runVar + c) * momentum + variance * (1 - momentum));
    line(c, mu, rs, gamma, beta, scale, offset);
  }
}

/** The norm as a line from running statistics, for inference. */
export function normLine(
  C: i32, mean: usize, variance: usize, gamma: usize, beta: usize, scale: usize, offset: usize, eps: f32
): void {
  for (let c: usize = 0; c < <usize>C << 2; c += 4) {
    line(c, f32.load(mean + c), <f32>1 / sqrt<f32>(f32.load(variance + c) + eps), gamma, beta, scale, offset);
  }
}

/** One line after the other, as the memory lies, since the map comes from far away. */
@inline
function applyAs(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: usize, gap: usize, scale: usize, offset: usize, act: i32
): void {
  const cb = <usize>C << 2;
  const C4 = (<usize>C & ~3) << 2;
  const end = x + <usize>M * cb;
  const width = <usize>W * cb;
  for (let line = 1; x < end; line++) {
    const re = min(x + width, end);
    let o = y;
    for (; x < re; x += cb) {
      let c: usize = 0;
      for (; c < C4; c += 16) {
        v128.store(o + c, activate(fma(v128.load(x + c), v128.load(scale + c), v128.load(offset + c)), act));
      }
      if (c < cb) put(o + c, activate(fma(v128.load(x + c), v128.load(scale + c), v128.load(offset + c)), act), C & 3);
      o += cb;
    }
    y += stride;
    if (line == H) {
      y += gap;
      line = 0;
    }
  }
}

/**
 * y = act(x * scale + offset) of M pixels in lines of W, of which y's begin `stride` floats apart, with a gap after
 * every H of them. Without an activation, or with those that need no exponential.
 */
export function normApply(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: i32, gap: i32, scale: usize, offset: usize, act: i32
): void {
  const step = <usize>stride << 2, rest = <usize>gap << 2;
  if (act == 0) applyAs(x, y, M, W, H, C, step, rest, scale, offset, 0);
  else if (act == 1) applyAs(x, y, M, W, H, C, step, rest, scale, offset, 1);
  else if (act == 2) applyAs(x, y, M, W, H, C, step, rest, scale, offset, 2);
  else applyAs(x, y, M, W, H, C, step, rest, scale, offset, 3);
}
