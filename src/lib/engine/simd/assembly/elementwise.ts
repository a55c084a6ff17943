/** @file Assembly: walks over whole buffers: residual sums and the optimiser's step. */
import { fma, put } from './vector';

/** y[n] = a[n] + b[n]; y may be a or b */
export function sum(a: usize, b: usize, y: usize, n: i32): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    put(y + i, f32x4.add(v128.load(a + i), v128.load(b + i)), <i32>((end - i) >> 2));
  }
}

/** One SGD step with Nesterov momentum: g += decay * w; v = momentum * v + g; w -= rate * (g + momentum * v). */
export function sgd(w: usize, v: usize, g: usize, n: i32, rate: f32, momentum: f32, decay: f32): void {
  const end = (<usize>n) << 2;
  const r = f32x4.splat(-rate);
  const m = f32x4.splat(momentum);
  const d = f32x4.splat(decay);
  for (let i: usize = 0; i < end; i += 16) {
    const lanes = <i32>((end - i) >> 2);
    const x = v128.load(w + i);
    const slope = fma(x, d, v128.load(g + i));
    const speed = fma(v128.load(v + i), m, slope);
    put(v + i, speed, lanes);
    put(w + i, fma(r, fma(m, speed, slope), x), lanes);
  }
}
