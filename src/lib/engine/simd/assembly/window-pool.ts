/** @file Assembly: average pool over windows that lie inside the map, and its gradient. */
import { none, put } from './vector';

/** y[B,Ho,Wo,C] = means of kh x kw windows of x[B,H,W,C] */
export function windowPool(
  x: usize,
  y: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  Ho: i32,
  Wo: i32
): void {
  const cb = (<usize>C) << 2;
  const inverse = f32x4.splat(<f32>1.0 / <f32>(kh * kw));
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      for (let ox = 0; ox < Wo; ox++) {
        for (let c: usize = 0; c < cb; c += 16) {
          let p = none();
          for (let i = 0; i < kh; i++) {
            let a = x + <usize>((b * H + oy * sh + i) * W + ox * sw) * cb + c;
            for (let j = 0; j < kw; j++) {
              p = f32x4.add(p, v128.load(a));
              a += cb;
            }
          }
          put(y + c, f32x4.mul(p, inverse), <i32>((cb - c) >> 2));
        }
        y += cb;
      }
    }
  }
}

/** dx += each window's share of dy; the caller has zeroed dx or wants it added to */
export function windowPoolBackward(
  dy: usize,
  dx: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  Ho: i32,
  Wo: i32
): void {
  const cb = (<usize>C) << 2;
  const inverse = f32x4.splat(<f32>1.0 / <f32>(kh * kw));
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      for (let ox = 0; ox < Wo; ox++) {
        for (let c: usize = 0; c < cb; c += 16) {
          const share = f32x4.mul(v128.load(dy + c), inverse);
          const lanes = <i32>((cb - c) >> 2);
          for (let i = 0; i < kh; i++) {
            let a = dx + <usize>((b * H + oy * sh + i) * W + ox * sw) * cb + c;
            for (let j = 0; j < kw; j++) {
              put(a, f32x4.add(v128.load(a), share), lanes);
              a += cb;
            }
          }
        }
        dy += cb;
      }
    }
  }
}
