/** @file Assembly: depthwise convolution, forward and both gradients; one filter per channel, weight [k,k,C], no multiplier. */
import { fma, none, put } from './vector';

/** y[B,Ho,Wo,C]: taps clipped to the map, 16 channels at a time, then 4. */
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
  Wo: i32
): void {
  const cb = (<usize>C) << 2;
  const row = cb * <usize>W;
  const C16 = ((<usize>C) & ~15) << 2;
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      const i0 = max(0, top - oy * s);
      const i1 = min(k, H + top - oy * s);
      for (let ox = 0; ox < Wo; ox++) {
        const j0 = max(0, left - ox * s);
        const j1 = min(k, W + left - ox * s);
        const x0 = x + <usize>((b * H + oy * s - top + i0) * W + ox * s - left + j0) * cb;
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
              a += cb;
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
              a += cb;
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

/** dw[k,k,C] += the correlation of x with dy; zero it first. */
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
  Wo: i32
): void {
  const cb = (<usize>C) << 2;
  const xs = cb * <usize>s;
  const C16 = ((<usize>C) & ~15) << 2;
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      for (let i = 0; i < k; i++) {
        const iy = oy * s + i - top;
        if (<u32>iy >= <u32>H) continue;
        for (let j = 0; j < k; j++) {
          // the columns whose tap j lies inside: 0 <= ox * s + j - left < W
          if (W - 1 + left - j < 0) continue;
          const o0 = max(0, (left - j + s - 1) / s);
          const o1 = min(Wo, (W - 1 + left - j) / s + 1);
          if (o1 <= o0) continue;
          const x0 = x + <usize>((b * H + iy) * W + o0 * s + j - left) * cb;
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
            for (let d = d0 + c; d < e + c; d += cb) {
              p = fma(v128.load(a), v128.load(d), p);
              q = fma(v128.load(a, 16), v128.load(d, 16), q);
              r = fma(v128.load(a, 32), v128.load(d, 32), r);
              t = fma(v128.load(a, 48), v128.load(d, 48), t);
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
            for (let d = d0 + c; d < e + c; d += cb) {
              p = fma(v128.load(a), v128.load(d), p);
              a += xs;
            }
            put(g + c, p, <i32>((cb - c) >> 2));
          }
        }
      }
    }
  }
}
