/** @file Assembly: the weight gradient of depthwise convolution, x in a frame whose borders are zeros. */
import { fma, none, put } from './vector';

/** Pixels of x and d met by the outputs handled together, so that their cache lines stay near from tap to tap. */
const PIXELS = 384;

@inline
function collect(p: usize, v: v128, lanes: i32): void {
  put(p, f32x4.add(v128.load(p), v), lanes);
}

/**
 * g[taps, C] += the sums over H x W outputs of x * d for `taps` (1, 3 or 5) taps of one line and four channels, `wide`:
 * eight. The sums wait for their own last step: six of them hide that, ten would not fit the registers.
 */
@inline
function sums(
  x: usize, d: usize, g: usize, H: i32, W: i32, xr: usize, xp: usize, dr: usize, dp: usize, xt: usize, cb: usize,
  taps: i32, wide: bool, lanes: i32
): void {
  let p0 = none(), p1 = none(), p2 = none(), p3 = none(), p4 = none();
  let q0 = none(), q1 = none(), q2 = none();
  for (let h = 0; h < H; h++) {
    let a = x, e = d;
    for (let v = 0; v < W; v++) {
      const f = v128.load(e);
      let r = a;
      p0 = fma(v128.load(r), f, p0);
      if (taps > 1) {
        r += xt;
        p1 = fma(v128.load(r), f, p1);
        r += xt;
        p2 = fma(v128.load(r), f, p2);
      }
      if (taps > 3) {
        r += xt;
        p3 = fma(v128.load(r), f, p3);
        r += xt;
        p4 = fma(v128.load(r), f, p4);
      }
      if (wide) {
        const f2 = v128.load(e, 16);
        r = a;
        q0 = fma(v128.load(r, 16), f2, q0);
        if (taps > 1) {
          r += xt;
          q1 = fma(v128.load(r, 16), f2, q1);
          r += xt;
          q2 = fma(v128.load(r, 16), f2, q2);
        }
      }
      a += xp;
      e += dp;
    }
    x += xr;
    d += dr;
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
  }
}

/** All lines of the kernel for four or eight channels. */
@inline
function overTaps(
  x: usize, d: usize, g: usize, H: i32, W: i32, k: i32, xr: usize, xp: usize, dr: usize, xl: usize, xt: usize, cb: usize,
  wide: bool, lanes: i32
): void {
  for (let i = 0; i < k; i++) {
    let a = x, j = k;
    if (!wide) {
      for (; j >= 5; j -= 5) {
        sums(a, d, g, H, W, xr, xp, dr, cb, xt, cb, 5, false, lanes);
        a += 5 * xt;
        g += 5 * cb;
      }
    }
    for (; j >= 3; j -= 3) {
      sums(a, d, g, H, W, xr, xp, dr, cb, xt, cb, 3, wide, lanes);
      a += 3 * xt;
      g += 3 * cb;
    }
    for (; j > 0; j--) {
      sums(a, d, g, H, W, xr, xp, dr, cb, xt, cb, 1, wide, lanes);
      a += xt;
      g += cb;
    }
    x += xl;
  }
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
  const xr = <usize>xRow << 2, xp = <usize>xPixel << 2, dr = <usize>dRow << 2;
  const xl = <usize>xLine << 2, xt = <usize>xTap << 2;
  const most = max(1, PIXELS / (xRow / C + W));
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h += most) {
      const rows = min(most, H - h);
      const a = x + <usize>h * xr, e = d + <usize>h * dr;
      let c: usize = 0;
      if (k < 5) for (; c + 32 <= cb; c += 32) overTaps(a + c, e + c, dw + c, rows, W, k, xr, xp, dr, xl, xt, cb, true, 4);
      for (; c < cb; c += 16) {
        overTaps(a + c, e + c, dw + c, rows, W, k, xr, xp, dr, xl, xt, cb, false, <i32>((cb - c) >> 2));
      }
    }
    x += <usize>xPicture << 2;
    d += <usize>dPicture << 2;
  }
}
