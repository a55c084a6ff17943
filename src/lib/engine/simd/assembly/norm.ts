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

/** Four channels of a pixel. */
@inline
function applyTo(x: usize, y: usize, s: v128, t: v128, act: i32): void {
  v128.store(y, activate(fma(v128.load(x), s, t), act));
}

/** All channels of a pixel, and of the one `cb` bytes after it if there are `two`: scale and offset are loaded once. */
@inline
function applyPixels(
  x: usize, y: usize, cb: usize, C: i32, scale: usize, offset: usize, act: i32, two: bool
): void {
  const C4 = (<usize>C & ~3) << 2, C8 = (<usize>C & ~7) << 2;
  const x2 = x + cb, y2 = y + cb;
  let c: usize = 0;
  for (; c < C8; c += 32) {
    const s = v128.load(scale + c), t = v128.load(offset + c);
    const s2 = v128.load(scale + c, 16), t2 = v128.load(offset + c, 16);
    applyTo(x + c, y + c, s, t, act);
    applyTo(x + c + 16, y + c + 16, s2, t2, act);
    if (two) {
      applyTo(x2 + c, y2 + c, s, t, act);
      applyTo(x2 + c + 16, y2 + c + 16, s2, t2, act);
    }
  }
  for (; c < C4; c += 16) {
    const s = v128.load(scale + c), t = v128.load(offset + c);
    applyTo(x + c, y + c, s, t, act);
    if (two) applyTo(x2 + c, y2 + c, s, t, act);
  }
  if (c < cb) {
    const s = v128.load(scale + c), t = v128.load(offset + c);
    put(y + c, activate(fma(v128.load(x + c), s, t), act), C & 3);
    if (two) put(y2 + c, activate(fma(v128.load(x2 + c), s, t), act), C & 3);
  }
}

/** One line after the other, as the memory lies, since the map comes from far away. */
@inline
function applyAs(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: usize, gap: usize, scale: usize, offset: usize, act: i32
): void {
  const cb = <usize>C << 2;
  const end = x + <usize>M * cb;
  const width = <usize>W * cb;
  for (let line = 1; x < end; line++) {
    const re = min(x + width, end);
    let o = y;
    for (; x + cb < re; x += 2 * cb) {
      applyPixels(x, o, cb, C, scale, offset, act, true);
      o += 2 * cb;
    }
    if (x < re) {
      applyPixels(x, o, cb, C, scale, offset, act, false);
      x += cb;
    }
    y += stride;
    if (line == H) {
      y += gap;
      line = 0;
    }
  }
}

// Functions of their own: branches of one are folded into a single loop that asks for the activation at every vector.
function applyLinear(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: usize, gap: usize, scale: usize, offset: usize
): void {
  applyAs(x, y, M, W, H, C, stride, gap, scale, offset, 0);
}
function applyRelu(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: usize, gap: usize, scale: usize, offset: usize
): void {
  applyAs(x, y, M, W, H, C, stride, gap, scale, offset, 1);
}
function applyRelu6(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: usize, gap: usize, scale: usize, offset: usize
): void {
  applyAs(x, y, M, W, H, C, stride, gap, scale, offset, 2);
}
function applyHardSwish(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: usize, gap: usize, scale: usize, offset: usize
): void {
  applyAs(x, y, M, W, H, C, stride, gap, scale, offset, 3);
}

/**
 * y = act(x * scale + offset) of M pixels in lines of W, of which y's begin `stride` floats apart, with a gap after
 * every H of them. Without an activation, or with those that need no exponential.
 */
export function normApply(
  x: usize, y: usize, M: i32, W: i32, H: i32, C: i32, stride: i32, gap: i32, scale: usize, offset: usize, act: i32
): void {
  const step = <usize>stride << 2, rest = <usize>gap << 2;
  if (act == 0) applyLinear(x, y, M, W, H, C, step, rest, scale, offset);
  else if (act == 1) applyRelu(x, y, M, W, H, C, step, rest, scale, offset);
  else if (act == 2) applyRelu6(x, y, M, W, H, C, step, rest, scale, offset);
  else applyHardSwish(x, y, M, W, H, C, step, rest, scale, offset);
}
