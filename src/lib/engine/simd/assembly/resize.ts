/** @file Assembly: bilinear resize with half-pixel centres (PyTorch's align_corners=False), and its gradient. */
import { fma, put } from './vector';

/** Where output pixel o of `to` looks in `from`: held to the outermost centres. */
@inline
function place(o: i32, from: i32, to: i32): f64 {
  const at = ((<f64>o + 0.5) * <f64>from) / <f64>to - 0.5;
  return min(max(at, 0), <f64>(from - 1));
}

/** y[B,Ho,Wo,C] from x[B,H,W,C] */
export function resize(x: usize, y: usize, B: i32, H: i32, W: i32, C: i32, Ho: i32, Wo: i32): void {
  const cb = (<usize>C) << 2;
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      const ay = place(oy, H, Ho);
      const y0 = <i32>floor(ay);
      const v = f32x4.splat(<f32>(ay - <f64>y0));
      const r0 = (b * H + y0) * W;
      const r1 = (b * H + min(y0 + 1, H - 1)) * W;
      for (let ox = 0; ox < Wo; ox++) {
        const ax = place(ox, W, Wo);
        const x0 = <i32>floor(ax);
        const x1 = min(x0 + 1, W - 1);
        const u = f32x4.splat(<f32>(ax - <f64>x0));
        const a = x + <usize>(r0 + x0) * cb;
        const e = x + <usize>(r0 + x1) * cb;
        const f = x + <usize>(r1 + x0) * cb;
        const g = x + <usize>(r1 + x1) * cb;
        for (let c: usize = 0; c < cb; c += 16) {
          const p = v128.load(a + c);
          const q = v128.load(f + c);
          const upper = fma(f32x4.sub(v128.load(e + c), p), u, p);
          const lower = fma(f32x4.sub(v128.load(g + c), q), u, q);
          put(y + c, fma(f32x4.sub(lower, upper), v, upper), <i32>((cb - c) >> 2));
        }
        y += cb;
      }
    }
  }
}

@inline
function give(p: usize, v: v128, share: f32, lanes: i32): void {
  put(p, fma(v, f32x4.splat(share), v128.load(p)), lanes);
}

/** dx += the share each pixel had in dy; the caller has zeroed dx or wants it added to */
export function resizeBackward(dy: usize, dx: usize, B: i32, H: i32, W: i32, C: i32, Ho: i32, Wo: i32): void {
  const cb = (<usize>C) << 2;
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      const ay = place(oy, H, Ho);
      const y0 = <i32>floor(ay);
      const v = <f32>(ay - <f64>y0);
      const r0 = (b * H + y0) * W;
      const r1 = (b * H + min(y0 + 1, H - 1)) * W;
      for (let ox = 0; ox < Wo; ox++) {
        const ax = place(ox, W, Wo);
        const x0 = <i32>floor(ax);
        const x1 = min(x0 + 1, W - 1);
        const u = <f32>(ax - <f64>x0);
        for (let c: usize = 0; c < cb; c += 16) {
          const lanes = <i32>((cb - c) >> 2);
          const d = v128.load(dy + c);
          give(dx + <usize>(r0 + x0) * cb + c, d, (1 - v) * (1 - u), lanes);
          give(dx + <usize>(r0 + x1) * cb + c, d, (1 - v) * u, lanes);
          give(dx + <usize>(r1 + x0) * cb + c, d, v * (1 - u), lanes);
          give(dx + <usize>(r1 + x1) * cb + c, d, v * u, lanes);
        }
        dy += cb;
      }
    }
  }
}
