/** @file Assembly: four neighbouring outputs of a depthwise convolution, whose windows overlap. */
import { fma, none, put } from './vector';

/** p + v * weight, if a pixel is the tap of that number, which like `taps` is known to the compiler. */
@inline
function meet(v: v128, p: v128, tap: i32, taps: i32, f0: v128, f1: v128, f2: v128, f3: v128, f4: v128): v128 {
  if (tap < 0 || tap >= taps) return p;
  if (tap == 0) return fma(v, f0, p);
  if (tap == 1) return fma(v, f1, p);
  if (tap == 2) return fma(v, f2, p);
  if (tap == 3) return fma(v, f3, p);
  return fma(v, f4, p);
}

/**
 * Four outputs, `yp` bytes apart, of four channels (`lanes` of them): each pixel of a line is loaded once for all taps and
 * outputs that meet there: one block a pixel, written out because this language unrolls nothing and every number must be
 * known before it runs. Windows lie `step` pixels apart and have `taps` (1, 2, 3 or 5) neighbouring pixels a line.
 */
@inline
export function slide(
  x: usize, w: usize, y: usize, pixel: usize, yp: usize, lines: i32, step: i32, taps: i32, xLine: usize, wLine: usize,
  wTap: usize, add: i32, lanes: i32
): void {
  let p0 = none(), p1 = none(), p2 = none(), p3 = none();
  if (add) {
    p0 = v128.load(y);
    p1 = v128.load(y + yp);
    p2 = v128.load(y + 2 * yp);
    p3 = v128.load(y + 3 * yp);
  }
  for (let i = 0; i < lines; i++) {
    let a = x, g = w, v = none();
    const f0 = v128.load(g);
    let f1 = f0, f2 = f0, f3 = f0, f4 = f0;
    if (taps > 1) { g += wTap; f1 = v128.load(g); }
    if (taps > 2) { g += wTap; f2 = v128.load(g); }
    if (taps > 3) { g += wTap; f3 = v128.load(g); g += wTap; f4 = v128.load(g); }
    v = v128.load(a);
    p0 = meet(v, p0, 0, taps, f0, f1, f2, f3, f4);
    a += pixel;
    v = v128.load(a);
    p0 = meet(v, p0, 1, taps, f0, f1, f2, f3, f4);
    p1 = meet(v, p1, 1 - step, taps, f0, f1, f2, f3, f4);
    a += pixel;
    v = v128.load(a);
    p0 = meet(v, p0, 2, taps, f0, f1, f2, f3, f4);
    p1 = meet(v, p1, 2 - step, taps, f0, f1, f2, f3, f4);
    p2 = meet(v, p2, 2 - 2 * step, taps, f0, f1, f2, f3, f4);
    a += pixel;
    v = v128.load(a);
    p0 = meet(v, p0, 3, taps, f0, f1, f2, f3, f4);
    p1 = meet(v, p1, 3 - step, taps, f0, f1, f2, f3, f4);
    p2 = meet(v, p2, 3 - 2 * step, taps, f0, f1, f2, f3, f4);
    p3 = meet(v, p3, 3 - 3 * step, taps, f0, f1, f2, f3, f4);
    if (4 < 3 * step + taps) {
      a += pixel;
      v = v128.load(a);
      p0 = meet(v, p0, 4, taps, f0, f1, f2, f3, f4);
      p1 = meet(v, p1, 4 - step, taps, f0, f1, f2, f3, f4);
      p2 = meet(v, p2, 4 - 2 * step, taps, f0, f1, f2, f3, f4);
      p3 = meet(v, p3, 4 - 3 * step, taps, f0, f1, f2, f3, f4);
    }
    if (5 < 3 * step + taps) {
      a += pixel;
      v = v128.load(a);
      p0 = meet(v, p0, 5, taps, f0, f1, f2, f3, f4);
      p1 = meet(v, p1, 5 - step, taps, f0, f1, f2, f3, f4);
      p2 = meet(v, p2, 5 - 2 * step, taps, f0, f1, f2, f3, f4);
      p3 = meet(v, p3, 5 - 3 * step, taps, f0, f1, f2, f3, f4);
    }
    if (6 < 3 * step + taps) {
      a += pixel;
      v = v128.load(a);
      p0 = meet(v, p0, 6, taps, f0, f1, f2, f3, f4);
      p1 = meet(v, p1, 6 - step, taps, f0, f1, f2, f3, f4);
      p2 = meet(v, p2, 6 - 2 * step, taps, f0, f1, f2, f3, f4);
      p3 = meet(v, p3, 6 - 3 * step, taps, f0, f1, f2, f3, f4);
    }
    if (7 < 3 * step + taps) {
      a += pixel;
      v = v128.load(a);
      p0 = meet(v, p0, 7, taps, f0, f1, f2, f3, f4);
      p1 = meet(v, p1, 7 - step, taps, f0, f1, f2, f3, f4);
      p2 = meet(v, p2, 7 - 2 * step, taps, f0, f1, f2, f3, f4);
      p3 = meet(v, p3, 7 - 3 * step, taps, f0, f1, f2, f3, f4);
    }
    if (8 < 3 * step + taps) {
      a += pixel;
      v = v128.load(a);
      p0 = meet(v, p0, 8, taps, f0, f1, f2, f3, f4);
      p1 = meet(v, p1, 8 - step, taps, f0, f1, f2, f3, f4);
      p2 = meet(v, p2, 8 - 2 * step, taps, f0, f1, f2, f3, f4);
      p3 = meet(v, p3, 8 - 3 * step, taps, f0, f1, f2, f3, f4);
    }
    if (9 < 3 * step + taps) {
      a += pixel;
      v = v128.load(a);
      p0 = meet(v, p0, 9, taps, f0, f1, f2, f3, f4);
      p1 = meet(v, p1, 9 - step, taps, f0, f1, f2, f3, f4);
      p2 = meet(v, p2, 9 - 2 * step, taps, f0, f1, f2, f3, f4);
      p3 = meet(v, p3, 9 - 3 * step, taps, f0, f1, f2, f3, f4);
    }
    if (10 < 3 * step + taps) {
      a += pixel;
      v = v128.load(a);
      p0 = meet(v, p0, 10, taps, f0, f1, f2, f3, f4);
      p1 = meet(v, p1, 10 - step, taps, f0, f1, f2, f3, f4);
      p2 = meet(v, p2, 10 - 2 * step, taps, f0, f1, f2, f3, f4);
      p3 = meet(v, p3, 10 - 3 * step, taps, f0, f1, f2, f3, f4);
    }
    x += xLine;
    w += wLine;
  }
  put(y, p0, lanes);
  y += yp;
  put(y, p1, lanes);
  y += yp;
  put(y, p2, lanes);
  y += yp;
  put(y, p3, lanes);
}
