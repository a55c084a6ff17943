/**
 * @file Assembly: depthwise sums of taps, the one loop of depthwise convolution and of its input gradient. Maps lie in
 * frames whose borders are zeros, so that no tap is ever outside; all steps are in floats and may be negative.
 */
import { fma, none, put } from './vector';

/** Four neighbouring outputs, `wide`: eight channels, else four; a tap's weight is loaded once for all of them. */
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
    let a = x, g = w;
    for (let j = 0; j < taps; j++) {
      const f = v128.load(g);
      p0 = fma(v128.load(a), f, p0);
      p1 = fma(v128.load(a + x1), f, p1);
      p2 = fma(v128.load(a + x2), f, p2);
      p3 = fma(v128.load(a + x3), f, p3);
      if (wide) {
        const h = v128.load(g, 16);
        q0 = fma(v128.load(a, 16), h, q0);
        q1 = fma(v128.load(a + x1, 16), h, q1);
        q2 = fma(v128.load(a + x2, 16), h, q2);
        q3 = fma(v128.load(a + x3, 16), h, q3);
      }
      a += xTap;
      g += wTap;
    }
    x += xLine;
    w += wLine;
  }
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

/**
 * y[b, h, w, C] = sum over `lines` x `taps` of x * weight (or y += with add). An output's window begins at x +
 * b * xPicture + h * xRow + w * xPixel; from tap to tap x moves by xLine and xTap, the weight by wLine and wTap. Outputs lie
 * yPicture, yRow and yPixel apart. Past the end of a line the last output is computed and stored again, which spares the inner loop every branch.
 */
export function windows(
  x: usize, w: usize, y: usize, B: i32, H: i32, W: i32, C: i32, xPicture: i32, xRow: i32, xPixel: i32, yPicture: i32,
  yRow: i32, yPixel: i32, lines: i32, taps: i32, xLine: i32, xTap: i32, wLine: i32, wTap: i32, add: i32
): void {
  const cb = <usize>C << 2;
  const C8 = (<usize>C & ~7) << 2;
  const xl = <usize>xLine << 2, xt = <usize>xTap << 2, wl = <usize>wLine << 2, wt = <usize>wTap << 2;
  const xp = <usize>xPixel << 2, yp = <usize>yPixel << 2;
  for (let b = 0; b < B; b++) {
    let xh = x, yh = y;
    for (let h = 0; h < H; h++) {
      for (let v = 0; v < W; v += 4) {
        const last = min(4, W - v) - 1;
        const one = <usize>min(1, last), two = <usize>min(2, last), three = <usize>last;
        const x0 = xh + <usize>v * xp, y0 = yh + <usize>v * yp;
        let c: usize = 0;
        for (; c < C8; c += 32) {
          four(x0 + c, w + c, y0 + c, one * xp, two * xp, three * xp, one * yp, two * yp, three * yp,
            lines, taps, xl, xt, wl, wt, add, true, 4);
        }
        for (; c < cb; c += 16) {
          four(x0 + c, w + c, y0 + c, one * xp, two * xp, three * xp, one * yp, two * yp, three * yp,
            lines, taps, xl, xt, wl, wt, add, false, <i32>((cb - c) >> 2));
        }
      }
      xh += <usize>xRow << 2;
      yh += <usize>yRow << 2;
    }
    x += <usize>xPicture << 2;
    y += <usize>yPicture << 2;
  }
}
