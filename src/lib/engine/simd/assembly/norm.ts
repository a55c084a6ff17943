/** @file Assembly: batch norm fused with the activation, in training and in inference; channel vectors are padded to 4. */
import { activate, deactivate } from './activation';
import { fma, gather, none, put, zero } from './vector';

/** Bytes of a map handled together, all channels of a few rows, so that a block stays in the nearest cache. */
const BLOCK: usize = 8192;

@inline
function blockOf(rowBytes: usize): usize {
  return max<usize>(8, BLOCK / rowBytes) * rowBytes;
}

/** Batch mean and 1/sqrt(variance + eps) of x[M,C], and the running statistics moved towards mean and biased variance. */
export function normStats(
  x: usize, M: i32, C: i32, mean: usize, rstd: usize, runMean: usize, runVar: usize, eps: f32, momentum: f32
): void {
  const cb = <usize>C << 2;
  zero(mean, (C + 3) & ~3);
  zero(rstd, (C + 3) & ~3);
  const end = x + <usize>M * cb;
  const block = blockOf(cb);
  for (let r = x; r < end; r += block) {
    const re = min(r + block, end);
    for (let c: usize = 0; c < cb; c += 16) {
      const shift = v128.load(x + c); // sums around the first row lose no digits to a large mean
      let p = none(), q = none(), p2 = none(), q2 = none();
      let a = r + c;
      for (; a + cb < re + c; a += 2 * cb) {
        const v = f32x4.sub(v128.load(a), shift), w = f32x4.sub(v128.load(a + cb), shift);
        p = f32x4.add(p, v);
        p2 = f32x4.add(p2, w);
        q = fma(v, v, q);
        q2 = fma(w, w, q2);
      }
      if (a < re + c) {
        const v = f32x4.sub(v128.load(a), shift);
        p = f32x4.add(p, v);
        q = fma(v, v, q);
      }
      gather(mean + c, f32x4.add(p, p2));
      gather(rstd + c, f32x4.add(q, q2));
    }
  }
  const inverse: f32 = 1.0 / <f32>M;
  for (let c: usize = 0; c < cb; c += 4) {
    const d = f32.load(mean + c) * inverse;
    const v = f32.load(rstd + c) * inverse - d * d;
    const variance: f32 = v < 0 ? 0 : v; // a NaN stays a NaN
    const mu = f32.load(x + c) + d;
    f32.store(mean + c, mu);
    f32.store(rstd + c, <f32>1 / sqrt<f32>(variance + eps));
    f32.store(runMean + c, f32.load(runMean + c) * momentum + mu * (1 - momentum));
    f32.store(runVar + c, f32.load(runVar + c) * momentum + variance * (1 - momentum));
  }
}

/** rstd[C] = 1/sqrt(variance + eps), for inference from running statistics. */
export function normScale(variance: usize, rstd: usize, C: i32, eps: f32): void {
  for (let c: usize = 0; c < <usize>C << 2; c += 4) f32.store(rstd + c, <f32>1 / sqrt<f32>(f32.load(variance + c) + eps));
}

@inline
function applyAs(x: usize, y: usize, M: i32, C: i32, mean: usize, rstd: usize, g: usize, b: usize, act: i32): void {
  const cb = <usize>C << 2;
  const C4 = (<usize>C & ~3) << 2;
  const end = x + <usize>M * cb;
  const block = blockOf(cb);
  for (let r = x; r < end; r += block) {
    const re = min(r + block, end);
    for (let c: usize = 0; c < cb; c += 16) {
      const scale = f32x4.mul(v128.load(g + c), v128.load(rstd + c));
      const offset = f32x4.sub(v128.load(b + c), f32x4.mul(v128.load(mean + c), scale));
      let o = y + (r - x) + c;
      if (c < C4) {
        for (let p = r + c; p < re + c; p += cb) {
          v128.store(o, activate(fma(v128.load(p), scale, offset), act));
          o += cb;
        }
      } else {
        for (let p = r + c; p < re + c; p += cb) {
          put(o, activate(fma(v128.load(p), scale, offset), act), C & 3);
          o += cb;
        }
      }
    }
  }
}

/** y = act((x - mean) * rstd * gamma + beta); y may be x. */
export function normApply(
  x: usize, y: usize, M: i32, C: i32, mean: usize, rstd: usize, g: usize, b: usize, act: i32
): void {
  if (act == 0) applyAs(x, y, M, C, mean, rstd, g, b, 0);
  else if (act == 1) applyAs(x, y, M, C, mean, rstd, g, b, 1);
  else if (act == 2) applyAs(x, y, M, C, mean, rstd, g, b, 2);
  else applyAs(x, y, M, C, mean, rstd, g, b, 3);
}

@inline
function backwardAs(
  x: usize, dy: usize, dx: usize, M: i32, C: i32, mean: usize, rstd: usize, g: usize, b: usize, dg: usize, db: usize,
  act: i32
): void {
  const cb = <usize>C << 2;
  const C4 = (<usize>C & ~3) << 2;
  const end = x + <usize>M * cb;
  const block = blockOf(cb);
  const toDy = dy - x;
  const toDx = dx - x;
  for (let r = x; r < end; r += block) {
    const re = min(r + block, end);
    for (let c: usize = 0; c < cb; c += 16) {
      const mu = v128.load(mean + c), rs = v128.load(rstd + c);
      const scale = f32x4.mul(v128.load(g + c), rs);
      const offset = f32x4.sub(v128.load(b + c), f32x4.mul(mu, scale));
      // two rows at a time: two chains of sums that do not wait for each other
      let p = none(), q = none(), p2 = none(), q2 = none();
      let i = r + c;
      for (; i + cb < re + c; i += 2 * cb) {
        const v = v128.load(i), w = v128.load(i + cb);
        const d = deactivate(fma(v, scale, offset), v128.load(i + toDy), act);
        const e = deactivate(fma(w, scale, offset), v128.load(i + cb + toDy), act);
        p = f32x4.add(p, d);
        p2 = f32x4.add(p2, e);
        q = fma(d, f32x4.sub(v, mu), q);
        q2 = fma(e, f32x4.sub(w, mu), q2);
      }
      if (i < re + c) {
        const v = v128.load(i);
        const d = deactivate(fma(v, scale, offset), v128.load(i + toDy), act);
        p = f32x4.add(p, d);
        q = fma(d, f32x4.sub(v, mu), q);
      }
      gather(db + c, f32x4.add(p, p2));
      gather(dg + c, f32x4.mul(rs, f32x4.add(q, q2)));
    }
  }
  const inverse = f32x4.splat(<f32>1.0 / <f32>M);
  for (let r = x; r < end; r += block) {
    const re = min(r + block, end);
    for (let c: usize = 0; c < cb; c += 16) {
      const mu = v128.load(mean + c), rs = v128.load(rstd + c);
      const scale = f32x4.mul(v128.load(g + c), rs);
      const offset = f32x4.sub(v128.load(b + c), f32x4.mul(mu, scale));
      // dx = scale * (d - mean(d) - h * mean(d * h)) as a line in x
      const slope = f32x4.mul(f32x4.mul(scale, rs), f32x4.mul(v128.load(dg + c), inverse));
      const base = f32x4.sub(f32x4.mul(mu, slope), f32x4.mul(scale, f32x4.mul(v128.load(db + c), inverse)));
      const whole = c < C4;
      for (let i = r + c; i < re + c; i += cb) {
        const v = v128.load(i);
        const d = deactivate(fma(v, scale, offset), v128.load(i + toDy), act);
        const line = f32x4.sub(base, f32x4.mul(v, slope));
        if (whole) v128.store(i + toDx, fma(d, scale, line));
        else put(i + toDx, fma(d, scale, line), C & 3);
      }
    }
  }
}

/** dgamma, dbeta and dx of y = act(norm(x)) with batch statistics (Ioffe and Szegedy 2015, §3); dx may be dy. */
export function normBackward(
  x: usize, dy: usize, dx: usize, M: i32, C: i32, mean: usize, rstd: usize, g: usize, b: usize, dg: usize, db: usize,
  act: i32
): void {
  zero(dg, (C + 3) & ~3);
  zero(db, (C + 3) & ~3);
  if (act == 0) backwardAs(x, dy, dx, M, C, mean, rstd, g, b, dg, db, 0);
  else if (act == 1) backwardAs(x, dy, dx, M, C, mean, rstd, g, b, dg, db, 1);
  else if (act == 2) backwardAs(x, dy, dx, M, C, mean, rstd, g, b, dg, db, 2);
  else backwardAs(x, dy, dx, M, C, mean, rstd, g, b, dg, db, 3);
}
