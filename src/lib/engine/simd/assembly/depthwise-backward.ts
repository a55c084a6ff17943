/** @file Assembly: the gradients of depthwise convolution; one filter per channel, weight [k,k,C]. */
import { fma, none, put } from './vector';

/** dx (or dx += with add): every input pixel collects its taps from dy. */
export function depthwiseInput(
  dy: usize,
  w: usize,
  dx: usize,
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
  add: i32
): void {
  const cb = (<usize>C) << 2;
  const ws = cb * <usize>s;
  const C16 = ((<usize>C) & ~15) << 2;
  for (let b = 0; b < B; b++) {
    for (let iy = 0; iy < H; iy++) {
      // oy * s + i = iy + top with 0 <= i < k
      const y0 = max(0, (iy + top - k + s) / s);
      const y1 = min(Ho - 1, (iy + top) / s);
      for (let ix = 0; ix < W; ix++) {
        const x0 = max(0, (ix + left - k + s) / s);
        const x1 = min(Wo - 1, (ix + left) / s);
        const d0 = dy + <usize>((b * Ho + y0) * Wo + x0) * cb;
        const w0 = w + <usize>((iy + top - y0 * s) * k + ix + left - x0 * s) * cb;
        let c: usize = 0;
        for (; c < C16; c += 64) {
          let p = none(),
            q = none(),
            r = none(),
            t = none();
          if (add) {
            p = v128.load(dx + c);
            q = v128.load(dx + c, 16);
            r = v128.load(dx + c, 32);
            t = v128.load(dx + c, 48);
          }
          let dr = d0 + c,
            wr = w0 + c;
          for (let oy = y0; oy <= y1; oy++) {
            let a = dr,
              g = wr;
            for (let ox = x0; ox <= x1; ox++) {
              p = fma(v128.load(a), v128.load(g), p);
              q = fma(v128.load(a, 16), v128.load(g, 16), q);
              r = fma(v128.load(a, 32), v128.load(g, 32), r);
              t = fma(v128.load(a, 48), v128.load(g, 48), t);
              a += cb;
              g -= ws;
            }
            dr += cb * <usize>Wo;
            wr -= ws * <usize>k;
          }
          v128.store(dx + c, p);
          v128.store(dx + c, q, 16);
          v128.store(dx + c, r, 32);
          v128.store(dx + c, t, 48);
        }
        for (; c < cb; c += 16) {
          let p = add ? v128.load(dx + c) : none();
          let dr = d0 + c,
            wr = w0 + c;
          for (let oy = y0; oy <= y1; oy++) {
            let a = dr,
              g = wr;
            for (let ox = x0; ox <= x1; ox++) {
              p = fma(v128.load(a), v128.load(g), p);
              a += cb;
              g -= ws;
            }
            dr += cb * <usize>Wo;
            wr -= ws * <usize>k;
          }
          put(dx + c, p, <i32>((cb - c) >> 2));
        }
        dx += cb;
      }
    }
  }
}

/** The same for taps d apart: every input pixel asks each tap whether an output pixel met it there. */
export function depthwiseInputDilated(
  dy: usize,
  w: usize,
  dx: usize,
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
  d: i32,
  add: i32
): void {
  const cb = (<usize>C) << 2;
  for (let b = 0; b < B; b++) {
    for (let iy = 0; iy < H; iy++) {
      for (let ix = 0; ix < W; ix++) {
        for (let c: usize = 0; c < cb; c += 16) {
          let p = add ? v128.load(dx + c) : none();
          for (let i = 0; i < k; i++) {
            const y = iy + top - i * d;
            if (y < 0 || y % s != 0 || y / s >= Ho) continue;
            const line = (b * Ho + y / s) * Wo;
            for (let j = 0; j < k; j++) {
              const x = ix + left - j * d;
              if (x < 0 || x % s != 0 || x / s >= Wo) continue;
              p = fma(v128.load(dy + <usize>(line + x / s) * cb + c), v128.load(w + <usize>(i * k + j) * cb + c), p);
            }
          }
          put(dx + c, p, <i32>((cb - c) >> 2));
        }
        dx += cb;
      }
    }
  }
}

/** dw[k,k,C] += the correlation of x with dy; zero it first. */
@inline
function weightAs(
  x: usize,
  dy: usize,
  dw: usize,
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
  const xs = cb * <usize>s;
  const C16 = ((<usize>C) & ~15) << 2;
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      for (let i = 0; i < k; i++) {
        const iy = oy * s + i * d - top;
        if (<u32>iy >= <u32>H) continue;
        for (let j = 0; j < k; j++) {
          const shift = left - j * d;
          // the columns whose tap j lies inside: 0 <= ox * s - shift < W
          if (W - 1 + shift < 0) continue;
          const o0 = max(0, (shift + s - 1) / s);
          const o1 = min(Wo, (W - 1 + shift) / s + 1);
          if (o1 <= o0) continue;
          const x0 = x + <usize>((b * H + iy) * W + o0 * s - shift) * cb;
          const d0 = dy + <usize>((b * Ho + oy) * Wo + o0) * cb;
          const g = dw + <usize>(i * k + j) * cb;
          const e = d0 + <usize>(o1 - o0) * cb;
          let c: usize = 0;
          for (; c < C16; c += 64) {
            let p = v128.load(g + c),
              q = v128.load(g + c, 16),
              r = v128.load(g + c, 32),
              t = v128.load(g + c, 48);
            let a = x0 + c;
            for (let q0 = d0 + c; q0 < e + c; q0 += cb) {
              p = fma(v128.load(a), v128.load(q0), p);
              q = fma(v128.load(a, 16), v128.load(q0, 16), q);
              r = fma(v128.load(a, 32), v128.load(q0, 32), r);
              t = fma(v128.load(a, 48), v128.load(q0, 48), t);
              a += xs;
            }
            v128.store(g + c, p);
            v128.store(g + c, q, 16);
            v128.store(g + c, r, 32);
            v128.store(g + c, t, 48);
          }
          for (; c < cb; c += 16) {
            let p = v128.load(g + c);
            let a = x0 + c;
            for (let q0 = d0 + c; q0 < e + c; q0 += cb) {
              p = fma(v128.load(a), v128.load(q0), p);
              a += xs;
            }
            put(g + c, p, <i32>((cb - c) >> 2));
          }
        }
      }
    }
  }
}

/** The same for taps d apart; the plain one is compiled apart, with d = 1. */
export function depthwiseWeight(
  x: usize,
  dy: usize,
  dw: usize,
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
  if (d == 1) weightAs(x, dy, dw, B, H, W, C, k, s, top, left, Ho, Wo, 1);
  else weightAs(x, dy, dw, B, H, W, C, k, s, top, left, Ho, Wo, d);
}
