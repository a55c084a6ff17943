/** @file Assembly: the excite of squeeze-and-excite: each channel of each picture times its gate s[B,C]. */
import { fma, none, put } from './vector';

/** y[B,P,C] = x * s */
export function gate(x: usize, s: usize, y: usize, B: i32, P: i32, C: i32): void {
  const cb = (<usize>C) << 2;
  for (let b = 0; b < B; b++) {
    for (let p = 0; p < P; p++) {
      for (let c: usize = 0; c < cb; c += 16) {
        put(y + c, f32x4.mul(v128.load(x + c), v128.load(s + c)), <i32>((cb - c) >> 2));
      }
      x += cb;
      y += cb;
    }
    s += cb;
  }
}

/** ds[B,C] = sum over P of dy * x (or ds += with addGate); dx = dy * s (or dx += with add); dx may be dy */
export function gateBackward(
  x: usize,
  s: usize,
  dy: usize,
  dx: usize,
  ds: usize,
  B: i32,
  P: i32,
  C: i32,
  add: i32,
  addGate: i32
): void {
  const cb = (<usize>C) << 2;
  const n = <usize>P * cb;
  for (let b = 0; b < B; b++) {
    for (let c: usize = 0; c < cb; c += 16) {
      const lanes = <i32>((cb - c) >> 2);
      const scale = v128.load(s + c);
      let t = addGate ? v128.load(ds + c) : none();
      for (let i = c; i < n; i += cb) {
        const d = v128.load(dy + i);
        const v = f32x4.mul(d, scale);
        t = fma(d, v128.load(x + i), t);
        put(dx + i, add ? f32x4.add(v128.load(dx + i), v) : v, lanes);
      }
      put(ds + c, t, lanes);
    }
    x += n;
    dy += n;
    dx += n;
    s += cb;
    ds += cb;
  }
}
