/** @file Assembly: the weight gradient of depthwise convolution, x in a frame whose borders are zeros. */
import { fma, none, put } from './vector';

@inline
function collect(p: usize, v: v128, lanes: i32): void {
  put(p, f32x4.add(v128.load(p), v), lanes);
}

/** g[taps, C] += the sums over W outputs of x * d for `taps` (1, 3 or 5) taps of one line and 8 or 4 channels. */
@inline
function sums(
  x: usize, d: usize, g: usize, W: i32, xp: usize, dp: usize, xt: usize, cb: usize, taps: i32, wide: bool, lanes: i32
): void {
  let p0 = none(), p1 = none(), p2 = none(), p3 = none(), p4 = none();
  let q0 = none(), q1 = none(), q2 = none(), q3 = none(), q4 = none();
  for (let v = 0; v < W; v++) {
    const e = v128.load(d);
    p0 = fma(v128.load(x), e, p0);
    if (taps > 1) {
      p1 = fma(v128.load(x + xt), e, p1);
      p2 = fma(v128.load(x + 2 * xt), e, p2);
    }
    if (taps > 3) {
      p3 = fma(v128.load(x + 3 * xt), e, p3);
      p4 = fma(v128.load(x + 4 * xt), e, p4);
    }
    if (wide) {
      const f = v128.load(d, 16);
      q0 = fma(v128.load(x, 16), f, q0);
      if (taps > 1) {
        q1 = fma(v128.load(x + xt, 16), f, q1);
        q2 = fma(v128.load(x + 2 * xt, 16), f, q2);
      }
      if (taps > 3) {
        q3 = fma(v128.load(x + 3 * xt, 16), f, q3);
        q4 = fma(v128.load(x + 4 * xt, 16), f, q4);
      }
    }
    x += xp;
    d += dp;
  }
  collect(g, p0, lanes);
  if (taps > 1) {
    collect(g + cb, p1, lanes);
    collect(g + 2 * cb, p2, lanes);
  }
  if (taps > 3) {
    collect(g + 3 * cb, p3, lanes);
    collect(g + 4 * cb, p4, lanes);
  }
  if (wide) {
    collect(g + 16, q0, 4);
    if (taps > 1) {
      collect(g + cb + 16, q1, 4);
      collect(g + 2 * cb + 16, q2, 4);
    }
    if (taps > 3) {
      collect(g + 3 * cb + 16, q3, 4);
      collect(g + 4 * cb + 16, q4, 4);
    }
  }
}

@inline
function overChannels(
  x: usize, d: usize, g: usize, W: i32, C: i32, xp: usize, xt: usize, taps: i32
): void {
  const cb = <usize>C << 2;
  const C8 = (<usize>C & ~7) << 2;
  let c: usize = 0;
  for (; c < C8; c += 32) sums(x + c, d + c, g + c, W, xp, cb, xt, cb, taps, true, 4);
  for (; c < cb; c += 16) sums(x + c, d + c, g + c, W, xp, cb, xt, cb, taps, false, <i32>((cb - c) >> 2));
}

/**
 * dw[k,k,C] += the sums over B x H x W outputs of x * d. The first tap of an output lies at x + b * xPicture + h * xRow +
 * w * xPixel, from tap to tap x moves by xLine and xTap; pictures and lines of d lie dPicture and dRow apart (in floats).
 */
export function windowWeights(
  x: usize, d: usize, dw: usize, B: i32, H: i32, W: i32, C: i32, xPicture: i32, xRow: i32, xPixel: i32, dPicture: i32,
  dRow: i32, k: i32, xLine: i32, xTap: i32
): void {
  const cb = <usize>C << 2;
  const xp = <usize>xPixel << 2, xt = <usize>xTap << 2;
  for (let b = 0; b < B; b++) {
    let xh = x, dh = d;
    for (let h = 0; h < H; h++) {
      let a = xh, g = dw;
      for (let i = 0; i < k; i++) {
        let j = 0;
        for (; k - j >= 5; j += 5) overChannels(a + <usize>j * xt, dh, g + <usize>j * cb, W, C, xp, xt, 5);
        for (; k - j >= 3; j += 3) overChannels(a + <usize>j * xt, dh, g + <usize>j * cb, W, C, xp, xt, 3);
        for (; j < k; j++) overChannels(a + <usize>j * xt, dh, g + <usize>j * cb, W, C, xp, xt, 1);
        a += <usize>xLine << 2;
        g += <usize>k * cb;
      }
      xh += <usize>xRow << 2;
      dh += <usize>dRow << 2;
    }
    x += <usize>xPicture << 2;
    d += <usize>dPicture << 2;
  }
}
