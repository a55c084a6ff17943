/** @file Assembly: the gradients of batch norm with batch statistics (Ioffe and Szegedy 2015, §3), in two passes. */
import { deactivate } from './activation';
import { blockOf } from './norm';
import { fma, none, put } from './vector';

/**
 * One column of four channels (`lanes` of them) over the rows from i to re, two at a time: two chains of sums that do not
 * wait for each other.
 */
@inline
function column(
  i: usize, re: usize, toDy: usize, cb: usize, mean: usize, scale: usize, offset: usize, dg: usize, db: usize, act: i32,
  lanes: i32
): void {
  const mu = v128.load(mean), s = v128.load(scale), t = v128.load(offset);
  let p = none(), q = none(), p2 = none(), q2 = none();
  for (; i + cb < re; i += cb) {
    let v = v128.load(i), d = v128.load(i + toDy);
    if (act) {
      d = deactivate(fma(v, s, t), d, act);
      put(i + toDy, d, lanes);
    }
    p = f32x4.add(p, d);
    q = fma(d, f32x4.sub(v, mu), q);
    i += cb;
    v = v128.load(i);
    d = v128.load(i + toDy);
    if (act) {
      d = deactivate(fma(v, s, t), d, act);
      put(i + toDy, d, lanes);
    }
    p2 = f32x4.add(p2, d);
    q2 = fma(d, f32x4.sub(v, mu), q2);
  }
  if (i < re) {
    const v = v128.load(i);
    let d = v128.load(i + toDy);
    if (act) {
      d = deactivate(fma(v, s, t), d, act);
      put(i + toDy, d, lanes);
    }
    p = f32x4.add(p, d);
    q = fma(d, f32x4.sub(v, mu), q);
  }
  put(db, f32x4.add(v128.load(db), f32x4.add(p, p2)), lanes);
  put(dg, f32x4.add(v128.load(dg), f32x4.add(q, q2)), lanes);
}

@inline
function reduceAs(
  x: usize, dy: usize, M: i32, C: i32, mean: usize, scale: usize, offset: usize, dg: usize, db: usize, act: i32
): void {
  const cb = <usize>C << 2;
  const C4 = (<usize>C & ~3) << 2;
  const end = x + <usize>M * cb;
  const block = blockOf(cb);
  const toDy = dy - x;
  for (let r = x; r < end; r += block) {
    const re = min(r + block, end);
    let c: usize = 0;
    for (; c < C4; c += 16) column(r + c, re + c, toDy, cb, mean + c, scale + c, offset + c, dg + c, db + c, act, 4);
    if (c < cb) column(r + c, re + c, toDy, cb, mean + c, scale + c, offset + c, dg + c, db + c, act, C & 3);
  }
}

// Functions of their own: branches of one are folded into a single loop that asks for the activation at every vector.
function reduceLinear(
  x: usize, dy: usize, M: i32, C: i32, mean: usize, scale: usize, offset: usize, dg: usize, db: usize
): void {
  reduceAs(x, dy, M, C, mean, scale, offset, dg, db, 0);
}
function reduceRelu(
  x: usize, dy: usize, M: i32, C: i32, mean: usize, scale: usize, offset: usize, dg: usize, db: usize
): void {
  reduceAs(x, dy, M, C, mean, scale, offset, dg, db, 1);
}
function reduceRelu6(
  x: usize, dy: usize, M: i32, C: i32, mean: usize, scale: usize, offset: usize, dg: usize, db: usize
): void {
  reduceAs(x, dy, M, C, mean, scale, offset, dg, db, 2);
}
function reduceHardSwish(
  x: usize, dy: usize, M: i32, C: i32, mean: usize, scale: usize, offset: usize, dg: usize, db: usize
): void {
  reduceAs(x, dy, M, C, mean, scale, offset, dg, db, 3);
}

/** First pass over M rows: dy becomes d = dy * act'; dbeta += its sums, dgamma += the sums of d * (x - mean). */
export function normReduce(
  x: usize, dy: usize, M: i32, C: i32, mean: usize, scale: usize, offset: usize, dg: usize, db: usize, act: i32
): void {
  if (act == 0) reduceLinear(x, dy, M, C, mean, scale, offset, dg, db);
  else if (act == 1) reduceRelu(x, dy, M, C, mean, scale, offset, dg, db);
  else if (act == 2) reduceRelu6(x, dy, M, C, mean, scale, offset, dg, db);
  else reduceHardSwish(x, dy, M, C, mean, scale, offset, dg, db);
}

/**
 * Between the passes, for M rows in all: dgamma gets its factor rstd, and the gradient of x becomes a line in x,
 * d * scale + x * slope + base, from scale * (d - mean(d) - h * mean(d * h)) with h = (x - mean) * rstd.
 */
export function normSettle(
  M: i32, C: i32, mean: usize, rstd: usize, scale: usize, dg: usize, db: usize, slope: usize, base: usize
): void {
  const inverse: f32 = 1.0 / <f32>M;
  for (let c: usize = 0; c < <usize>C << 2; c += 4) {
    const rs = f32.load(rstd + c);
    const s = f32.load(scale + c);
    const g = f32.load(dg + c) * rs;
    const m = s * rs * g * inverse;
    f32.store(dg + c, g);
    f32.store(slope + c, -m);
    f32.store(base + c, f32.load(mean + c) * m - s * f32.load(db + c) * inverse);
  }
}

/** Four channels (`lanes` of them) of a pixel. */
@inline
function turn(x: usize, d: usize, dx: usize, a: v128, b: v128, t: v128, lanes: i32): void {
  put(dx, fma(v128.load(d), a, fma(v128.load(x), b, t)), lanes);
}

/** All channels of a pixel, and of the one `cb` bytes after it if there are `two`. */
@inline
function turnPixels(
  x: usize, d: usize, dx: usize, cb: usize, scale: usize, slope: usize, base: usize, two: bool
): void {
  let c: usize = 0;
  for (; c + 16 <= cb; c += 16) {
    const a = v128.load(scale + c), b = v128.load(slope + c), t = v128.load(base + c);
    turn(x + c, d + c, dx + c, a, b, t, 4);
    if (two) turn(x + c + cb, d + c + cb, dx + c + cb, a, b, t, 4);
  }
  if (c < cb) {
    const a = v128.load(scale + c), b = v128.load(slope + c), t = v128.load(base + c), lanes = <i32>((cb - c) >> 2);
    turn(x + c, d + c, dx + c, a, b, t, lanes);
    if (two) turn(x + c + cb, d + c + cb, dx + c + cb, a, b, t, lanes);
  }
}

/**
 * Second pass: dx = d * scale + x * slope + base of M pixels in lines of W, dx's beginning `stride` floats apart, with a
 * gap after every H of them.
 */
export function normGradient(
  x: usize, d: usize, dx: usize, M: i32, W: i32, H: i32, C: i32, stride: i32, gap: i32, scale: usize, slope: usize,
  base: usize
): void {
  const cb = <usize>C << 2;
  const end = x + <usize>M * cb;
  const width = <usize>W * cb;
  const toD = d - x;
  for (let line = 1; x < end; line++) {
    const re = min(x + width, end);
    let o = dx;
    for (; x + cb < re; x += 2 * cb) {
      turnPixels(x, x + toD, o, cb, scale, slope, base, true);
      o += 2 * cb;
    }
    if (x < re) {
      turnPixels(x, x + toD, o, cb, scale, slope, base, false);
      x += cb;
    }
    dx += <usize>stride << 2;
    if (line == H) {
      dx += <usize>gap << 2;
      line = 0;
    }
  }
}
