/** @file Assembly: depthwise convolution; one filter per channel, weight [k,k,C]. */
import { fma, none, put } from './vector';

/** y[B,Ho,Wo,C]: taps clipped to the map, 16 channels at a time, then 4. */
@inline
function forwardAs(
  x: usize,
  w: usize,
  y: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  k: i32,
  s: i32,
  top: i32,
  left: i32,
  Ho: i32,
  Wo: i32,
  d: i32
): void {
  const cb = (<usize>C) << 2;
  const row = cb * <usize>(W * d);
  const tap = cb * <usize>d;
  const C16 = ((<usize>C) & ~15) << 2;
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      // inside are the taps with 0 <= oy * s - top + i * d < H
      const i0 = max(0, (top - oy * s + d - 1) / d);
      const i1 = min(k, (H - 1 + top - oy * s + d) / d);
      for (let ox = 0; ox < Wo; ox++) {
        const j0 = max(0, (left - ox * s + d - 1) / d);
        const j1 = min(k, (W - 1 + left - ox * s + d) / d);
        const x0 = x + <usize>((b * H + oy * s - top + i0 * d) * W + ox * s - left + j0 * d) * cb;
        const w0 = w + <usize>(i0 * k + j0) * cb;
        let c: usize = 0;
        for (; c < C16; c += 64) {
          let p = none(),
            q = none(),
            r = none(),
            t = none();
          let xr = x0 + c,
            wr = w0 + c;
          for (let i = i0; i < i1; i++) {
            let a = xr,
              g = wr;
            for (let j = j0; j < j1; j++) {
              p = fma(v128.load(a), v128.load(g), p);
              q = fma(v128.load(a, 16), v128.load(g, 16), q);
              r = fma(v128.load(a, 32), v128.load(g, 32), r);
              t = fma(v128.load(a, 48), v128.load(g, 48), t);
              a += tap;
              g += cb;
            }
            xr += row;
            wr += cb * <usize>k;
          }
          v128.store(y + c, p);
          v128.store(y + c, q, 16);
          v128.store(y + c, r, 32);
          v128.store(y + c, t, 48);
        }
        for (; c < cb; c += 16) {
          let p = none();
          let xr = x0 + c,
            wr = w0 + c;
          for (let i = i0; i < i1; i++) {
            let a = xr,
              g = wr;
            for (let j = j0; j < j1; j++) {
              p = fma(v128.load(a), v128.load(g), p);
              a += tap;
              g += cb;
            }
            xr += row;
            wr += cb * <usize>k;
          }
          put(y + c, p, <i32>((cb - c) >> 2));
        }
        y += cb;
      }
    }
  }
}

/** Depthwise convolution of taps d apart; the plain one is compiled apart, with d = 1. */
export function depthwise(
  x: usize,
  w: usize,
  y: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  k: i32,
  s: i32,
  top: i32,
  left: i32,
  Ho: i32,
  Wo: i32,
  d: i32
): void {
  if (d == 1) forwardAs(x, w, y, B, H, W, C, k, s, top, left, Ho, Wo, 1);
  else forwardAs(x, w, y, B, H, W, C, k, s, top, left, Ho, Wo, d);
}
