/** @file Assembly: walks over whole buffers: residual sums. */
import { put } from './vector';

/** y[n] = a[n] + b[n]; y may be a or b */
export function sum(a: usize, b: usize, y: usize, n: i32): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    put(y + i, f32x4.add(v128.load(a + i), v128.load(b + i)), <i32>((end - i) >> 2));
  }
}
