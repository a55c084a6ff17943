/**
 * @file Assembly: depthwise sums of taps, the one loop of depthwise convolution and of its input gradient. Maps lie in
 * frames whose borders are zeros, so that no tap is ever outside; all steps are in floats and may be negative.
 */
import { slide } from './slide';
import { fma, none, put } from './vector';

/** Four outputs anywhere, `wide`: eight channels of them, else four; a tap's weight is loaded once for all of them. */
@inline
function four(
  x: usize, w: usize, y: usize, x1: usize, x2: usize, x3: usize, y1: usize, y2: usize, y3: usize, lines: i32,
  taps: i32, xLine: usize, xTap: usize, wLine: usize, wTap: usize, add: i32, wide: bool, lanes: i32
): void {
  let p0 = none(), p1 = none(), p2 = none(), p3 = none();
  let q0 = none(), q1 = none(), q2 = none(), q3 = none();
  if (add) {
    p0 = v128.load(y);
    p1 = v128.load(y + y1);
    p2 = v128.load(y + y2);
    p3 = v128.load(y + y3);
    if (wide) {
      q0 = v128.load(y, 16);
      q1 = v128.load(y + y1, 16);
      q2 = v128.load(y + y2, 16);
      q3 = v128.load(y + y3, 16);
    }
  }
  for (let i = 0; i < lines; i++) {
    let a0 = x, a1 = x + x1, a2 = x + x2, a3 = x + x3, g = w;
    for (let j = 0; j < taps; j++) {
      const f = v128.load(g);
      p0 = fma(v128.load(a0), f, p0);
      p1 = fma(v128.load(a1), f, p1);
      p2 = fma(v128.load(a2), f, p2);
      p3 = fma(v128.load(a3), f, p3);
      if (wide) {
        const h = v128.load(g, 16);
        q0 = fma(v128.load(a0, 16), h, q0);
        q1 = fma(v128.load(a1, 16), h, q1);
        q2 = fma(v128.load(a2, 16), h, q2);
        q3 = fma(v128.load(a3, 16), h, q3);
      }
      a0 += xTap; a1 += xTap; a2 += xTap; a3 += xTap; g += wTap;
    }
    x += xLine;
    w += wLine;
  }
  // the last ones may be the same output
  put(y + y3, p3, lanes);
  put(y + y2, p2, lanes);
  put(y + y1, p1, lanes);
  put(y, p0, lanes);
  if (wide) {
    v128.store(y + y3, q3, 16);
    v128.store(y + y2, q2, 16);
    v128.store(y + y1, q1, 16);
    v128.store(y, q0, 16);
  }
}

/** One line of W outputs, four at a time, the last four again where the line ends among them and that changes nothing. */
@inline
function line(
  x: usize, w: usize, y: usize, W: i32, cb: usize, xp: usize, yp: usize, lines: i32, taps: i32, xl: usize, xt: usize,
  wl: usize, wt: usize, add: i32, step: i32
): void {
  for (let v = 0; v < W; v += 4) {
    const overlap = step && v + 4 > W && W >= 4 && !add;
    const first = overlap ? W - 4 : v;
    const last = min(4, W - first) - 1;
    let a = x + <usize>first * xp, o = y + <usize>first * yp, g = w;
    let lanes = <i32>(cb >> 2);
    if (step && last == 3) {
      for (; lanes > 0; lanes -= 4) {
        slide(a, g, o, xt, yp, lines, step, taps, xl, wl, wt, add, lanes);
        a += 16; g += 16; o += 16;
      }
    } else {
      const one = <usize>min(1, last), two = <usize>min(2, last), three = <usize>last;
      const x1 = one * xp, x2 = two * xp, x3 = three * xp, y1 = one * yp, y2 = two * yp, y3 = three * yp;
      for (; lanes >= 8; lanes -= 8) {
        four(a, g, o, x1, x2, x3, y1, y2, y3, lines, taps, xl, xt, wl, wt, add, true, 4);
        a += 32; g += 32; o += 32;
      }
      for (; lanes > 0; lanes -= 4) {
        four(a, g, o, x1, x2, x3, y1, y2, y3, lines, taps, xl, xt, wl, wt, add, false, lanes);
        a += 16; g += 16; o += 16;
      }
    }
  }
}

/** All lines; `step`: pixels between neighbouring windows, 0 where taps are not neighbours. */
@inline
function over(
  x: usize, w: usize, y: usize, B: i32, H: i32, W: i32, cb: usize, xPicture: usize, xRow: usize, xp: usize,
  yPicture: usize, yRow: usize, yp: usize, lines: i32, taps: i32, xl: usize, xt: usize, wl: usize, wt: usize, add: i32,
  step: i32
): void {
  for (let b = 0; b < B; b++) {
    let xh = x, yh = y;
    for (let h = 0; h < H; h++) {
      line(xh, w, yh, W, cb, xp, yp, lines, taps, xl, xt, wl, wt, add, step);
      xh += xRow;
      yh += yRow;
    }
    x += xPicture;
    y += yPicture;
  }
}

/**
 * y[b, h, w, C] = sum over `lines` x `taps` of x * weight (or y += with add). An output's window begins at x +
 * b * xPicture + h * xRow + w * xPixel; from tap to tap x moves by xLine and xTap, the weight by wLine and wTap. Outputs lie
 * yPicture, yRow and yPixel apart.
 */
export function windows(
  x: usize, w: usize, y: usize, B: i32, H: i32, W: i32, C: i32, xPicture: i32, xRow: i32, xPixel: i32, yPicture: i32,
  yRow: i32, yPixel: i32, lines: i32, taps: i32, xLine: i32, xTap: i32, wLine: i32, wTap: i32, add: i32
): void {
  const cb = <usize>C << 2;
  const xP = <usize>xPicture << 2, xR = <usize>xRow << 2, xp = <usize>xPixel << 2;
  const yP = <usize>yPicture << 2, yR = <usize>yRow << 2, yp = <usize>yPixel << 2;
  const xl = <usize>xLine << 2, wl = <usize>wLine << 2;
  let xt = <usize>xTap << 2, wt = <usize>wTap << 2;
  if (xTap == -xPixel) {
    // taps from the right to the left: the same from the left to the right
    x += <usize>(taps - 1) * xt;
    w += <usize>(taps - 1) * wt;
    xt = -xt;
    wt = -wt;
  }
  const step = xp == xt ? 1 : xp == 2 * xt ? 2 : 0;
  if (step == 1 && taps == 3) over(x, w, y, B, H, W, cb, xP, xR, xp, yP, yR, yp, lines, 3, xl, xt, wl, wt, add, 1);
  else if (step == 1 && taps == 5) over(x, w, y, B, H, W, cb, xP, xR, xp, yP, yR, yp, lines, 5, xl, xt, wl, wt, add, 1);
  else if (step == 1 && taps == 2) over(x, w, y, B, H, W, cb, xP, xR, xp, yP, yR, yp, lines, 2, xl, xt, wl, wt, add, 1);
  else if (step == 1 && taps == 1) over(x, w, y, B, H, W, cb, xP, xR, xp, yP, yR, yp, lines, 1, xl, xt, wl, wt, add, 1);
  else if (step == 2 && taps == 3) over(x, w, y, B, H, W, cb, xP, xR, xp, yP, yR, yp, lines, 3, xl, xt, wl, wt, add, 2);
  else if (step == 2 && taps == 5) over(x, w, y, B, H, W, cb, xP, xR, xp, yP, yR, yp, lines, 5, xl, xt, wl, wt, add, 2);
  else over(x, w, y, B, H, W, cb, xP, xR, xp, yP, yR, yp, lines, taps, xl, xt, wl, wt, add, 0);
}
