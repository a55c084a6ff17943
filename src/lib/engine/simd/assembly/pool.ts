/** @file Assembly: global average pool over P pixels and its gradient. */
import { none, put } from './vector';

/** y[B,C] = mean over P of x[B,P,C] */
export function pool(x: usize, y: usize, B: i32, P: i32, C: i32): void {
  const cb = (<usize>C) << 2;
  const inverse = f32x4.splat(<f32>1.0 / <f32>P);
  for (let b = 0; b < B; b++) {
    const end = x + <usize>P * cb;
    for (let c: usize = 0; c < cb; c += 16) {
      let s = none();
      for (let i = x + c; i < end + c; i += cb) s = f32x4.add(s, v128.load(i));
      put(y + c, f32x4.mul(s, inverse), <i32>((cb - c) >> 2));
    }
    x = end;
    y += cb;
  }
}

/** dx[B,P,C] = dy[B,C] / P, or dx += with add */
export function poolBackward(dy: usize, dx: usize, B: i32, P: i32, C: i32, add: i32): void {
  const cb = (<usize>C) << 2;
  const inverse = f32x4.splat(<f32>1.0 / <f32>P);
  for (let b = 0; b < B; b++) {
    for (let p = 0; p < P; p++) {
      for (let c: usize = 0; c < cb; c += 16) {
        const v = f32x4.mul(v128.load(dy + c), inverse);
        put(dx + c, add ? f32x4.add(v128.load(dx + c), v) : v, <i32>((cb - c) >> 2));
      }
      dx += cb;
    }
    dy += cb;
  }
}
